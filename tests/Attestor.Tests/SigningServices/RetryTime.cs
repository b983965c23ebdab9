using Provenance.Testing;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>A clock that skips the pauses between attempts and remembers them; the attempts' own time limits do not run out.</summary>
internal sealed class RetryTime : TimeProvider
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly SkippingTime pauses = new();

    public IReadOnlyList<TimeSpan> Pauses => pauses.Delays;

    public override long TimestampFrequency => pauses.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => pauses.GetUtcNow();

    public override long GetTimestamp() => pauses.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        pauses.CreateTimer(callback, state, dueTime == Limit ? Timeout.InfiniteTimeSpan : dueTime, period);
}
