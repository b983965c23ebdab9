namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>Which lease is taken, by whom, and how fast it changes hands.</summary>
internal sealed record LeaseOptions
{
    /// <summary>The namespace of the lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the lease.</summary>
    public required string Name { get; init; }

    /// <summary>The name of this candidate, different for every process: the pod's name with its UID.</summary>
    public required string Identity { get; init; }

    /// <summary>How long a lease lasts that is not renewed; whole seconds, at least 1.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after its last renewal a term ends; less than <see cref="Duration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long between two looks or renewals; less than <see cref="RenewDeadline"/>.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
