using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Registries;

/// <summary>A clock that stands at the tests' date until it is moved; timers run as ever, so that time-outs of requests do not fire.</summary>
internal sealed class MovableTime : TimeProvider
{
    private TimeSpan moved;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => moved += time;

    public override DateTimeOffset GetUtcNow() => SkippingTime.Start + moved;

    public override long GetTimestamp() => moved.Ticks;
}
