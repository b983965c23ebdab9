namespace Provenance.ArtifactStore.Space;

/// <summary>How much a store may hold, and when it lets go of what.</summary>
public sealed record SpaceOptions
{
    /// <summary>The most bytes that all blobs may have together; null for no bound. The log's dead records come on top until they are compacted.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>Above which share of <see cref="MaximumBytes"/> caches are made smaller.</summary>
    public double HighWater { get; init; } = 0.95;

    /// <summary>Down to which share of <see cref="MaximumBytes"/>.</summary>
    public double LowWater { get; init; } = 0.85;

    /// <summary>How long nothing that was written or asked for is let go of. Uses are known to the minute. Zero is for a store that nobody uses meanwhile.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long after one collection the next begins.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is let go of when it was not used for some time.</summary>
    public IReadOnlyList<SpaceLifetime> Lifetimes { get; init; } = [];

    /// <summary>Above how many bytes caches are made smaller.</summary>
    internal long HighBytes => MaximumBytes is { } maximum ? (long)(maximum * HighWater) : long.MaxValue;

    /// <summary>Down to how many bytes.</summary>
    internal long LowBytes => MaximumBytes is { } maximum ? (long)(maximum * LowWater) : long.MaxValue;

    internal void Validate()
    {
        if (MaximumBytes is { } maximum)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LowWater);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LowWater, HighWater);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HighWater, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(GracePeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Interval, TimeSpan.FromMinutes(1));
    }
}
