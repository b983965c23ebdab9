using Provenance.Testing;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>A clock that skips the pauses between attempts and remembers them; the attempts' own time limits run out when they are told to.</summary>
internal sealed class RetryTime : TimeProvider
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly SkippingTime pauses = new();
    private Action endAttempt = static () => { };

    public IReadOnlyList<TimeSpan> Pauses => pauses.Delays;

    public override long TimestampFrequency => pauses.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => pauses.GetUtcNow();

    public override long GetTimestamp() => pauses.GetTimestamp();

    public void Advance(TimeSpan time) => pauses.Advance(time);

    /// <summary>Lets the time limit of the attempt that began last run out.</summary>
    public void EndAttempt() => Volatile.Read(ref endAttempt)();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Limit)
        {
            Volatile.Write(ref endAttempt, () => callback(state));
            return pauses.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }

        return pauses.CreateTimer(callback, state, dueTime, period);
    }
}
