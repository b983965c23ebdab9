using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Runs;

namespace Provenance.Attestor.Attesting;

/// <summary>A subject, the repository that its attestation goes to, and what is there already.</summary>
public sealed record SubjectPlacement
{
    /// <summary>The name in the statement.</summary>
    public required string Name { get; init; }

    /// <summary>The digest that the attestation refers to.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The repository; null where there is a problem.</summary>
    public Reference? Repository { get; init; }

    /// <summary>The subject's own descriptor; null where there is a problem.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>The attestation of the same statement by the same key that is stored there; null where there is none.</summary>
    public EarlierAttestation? Earlier { get; init; }

    /// <summary>What claimed to be that attestation and was passed over, because it cannot be read; null where nothing was.</summary>
    public RunProblem? PassedOver { get; init; }

    /// <summary>Why the attestation cannot be stored; null where it can.</summary>
    public RunProblem? Problem { get; init; }
}
