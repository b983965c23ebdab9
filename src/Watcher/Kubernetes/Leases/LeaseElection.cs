namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>Takes and keeps one coordination.k8s.io/v1 Lease.</summary>
public sealed class LeaseElection(IKubernetesApi api, LeaseOptions options, TimeProvider time)
{
    /// <summary>The term being held; null when there is none, also when <see cref="RunAsync"/> is stuck past the renew deadline.</summary>
    public LeaseTerm? Current => throw new NotImplementedException($"{api} {options} {time}");

    /// <summary>Takes the lease whenever it is free and renews it, until it is cancelled; then gives it back.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException($"{Current} {cancellationToken}");

    /// <summary>Waits for the term being held, or for the next one.</summary>
    public Task<LeaseTerm> WaitAsync(CancellationToken cancellationToken) => throw new NotImplementedException($"{Current} {cancellationToken}");
}
