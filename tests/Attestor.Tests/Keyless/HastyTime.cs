namespace Provenance.Attestor.Tests.Keyless;

/// <summary>The clock of this machine, moved on at will, on which delays and time limits may be over sooner.</summary>
internal sealed class HastyTime : TimeProvider
{
    private long ahead;

    /// <summary>How many times sooner.</summary>
    public int Haste { get; set; } = 1;

    public void Advance(TimeSpan time) => Interlocked.Add(ref ahead, time.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / Haste, period);
}
