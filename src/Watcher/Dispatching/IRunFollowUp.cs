using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Does what is left to do when every subject of a run has its attestation, before the run is settled.</summary>
internal interface IRunFollowUp
{
    /// <summary>Does it; it may be asked again for the same run.</summary>
    /// <returns>What could not be done and will not be tried again; null where all is well.</returns>
    /// <exception cref="Kubernetes.KubernetesApiException">It could not be done now; it is tried again.</exception>
    Task<RunProblem?> FollowUpAsync(ObservedRun run, FrozenStatement statement, IReadOnlyList<AttestedSubject> subjects, CancellationToken cancellationToken);
}
