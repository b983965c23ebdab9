using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Takes one run from its statement to the stored attestation, or says what would come of it.</summary>
internal interface IRunPublication
{
    /// <summary>The registries, <c>host[:port]</c>, that a statement's attestations go to.</summary>
    IReadOnlyList<string> RegistriesOf(FrozenStatement statement);

    /// <summary>The services that this process may have to ask for a signature, or for who signed; empty once neither is open.</summary>
    IReadOnlyList<string> SigningServicesOf(LedgerEntry entry, ShardTerm term);

    /// <summary>Publishes what is not published yet.</summary>
    /// <exception cref="ArtifactStore.Registries.RegistryException">A registry refused or is away.</exception>
    /// <exception cref="Attestor.Signing.SigningServiceException">A service that signing needs refused or is away.</exception>
    /// <exception cref="Kubernetes.KubernetesApiException">What follows the publishing could not be done.</exception>
    Task<PublicationResult> PublishAsync(LedgerEntry entry, FrozenStatement statement, ShardTerm term, CancellationToken cancellationToken);

    /// <summary>The report of a run that cannot go on.</summary>
    DeliveryReport Report(LedgerEntry entry, RunProblem reason);
}
