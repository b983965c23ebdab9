namespace Provenance.Watcher.Watching;

/// <summary>How several replicas share the runs of a cluster: every one observes all, and each acts on the shards whose lease it holds.</summary>
public sealed record ShardingOptions
{
    /// <summary>The namespace of the leases.</summary>
    public required string Namespace { get; init; }

    /// <summary>What this replica is called: the name of its pod.</summary>
    public required string Identity { get; init; }

    /// <summary>Into how many shards the runs are divided, 1 to 16; the same for every replica.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The names of the leases, followed by a number each.</summary>
    public string LeaseName { get; init; } = "provenance-watch";

    /// <summary>How long a lease lasts that is not renewed.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(12);
}
