using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>How runs are collected.</summary>
internal sealed record RunObserverOptions
{
    /// <summary>What the operator chose about collecting.</summary>
    public required CollectOptions Collect { get; init; }

    /// <summary>Which instance of a platform built (SLSA provenance v1, <c>builder.id</c>).</summary>
    public required string BuilderId { get; init; }

    /// <summary>The cluster's identifier, the first part of every run's; null where there is none.</summary>
    public string? Cluster { get; init; }

    /// <summary>How long a run waits for children that it names and that have not been seen.</summary>
    public TimeSpan ChildPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a run that looks over but may be taken up again is held.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(61);
}
