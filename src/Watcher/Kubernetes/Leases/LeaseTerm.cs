namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>A time during which the lease is ours.</summary>
/// <param name="Epoch">The lease's <c>leaseTransitions</c>: it grows with every change of holder, and so fences off earlier terms.</param>
/// <param name="Lost">Is cancelled when the term ends, before anybody else can take the lease.</param>
internal sealed record LeaseTerm(long Epoch, CancellationToken Lost);
