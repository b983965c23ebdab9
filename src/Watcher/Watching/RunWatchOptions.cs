using Provenance.Attestor.Attesting;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Watching;

/// <summary>What an operator chose about watching a cluster.</summary>
public sealed record RunWatchOptions
{
    /// <summary>The folder of the journal; this process alone uses it.</summary>
    public required string JournalFolder { get; init; }

    /// <summary>What is collected.</summary>
    public CollectOptions Collect { get; init; } = CollectOptions.Default;

    /// <summary>Which instance of a platform built (SLSA provenance v1, <c>builder.id</c>).</summary>
    public required string BuilderId { get; init; }

    /// <summary>Where attestations are stored.</summary>
    public required AttestationDestination Destination { get; init; }

    /// <summary>The namespaces to watch; empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>The cluster's identifier; null to read it from the kube-system namespace.</summary>
    public string? Cluster { get; init; }

    /// <summary>How the work is shared with other replicas; null where this is the only one.</summary>
    public ShardingOptions? Sharding { get; init; }

    /// <summary>What is written to run objects.</summary>
    public RunMarkOption Mark { get; init; }

    /// <summary>Whether runs are kept from being deleted before they are dealt with.</summary>
    public RunGuardOption Guard { get; init; }

    /// <summary>Whether nothing is signed, stored or written: only said.</summary>
    public bool DryRun { get; init; }
}
