using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Attestor.Attesting;

/// <summary>A subject and where its attestation is.</summary>
public sealed record AttestedSubject
{
    /// <summary>The name in the statement.</summary>
    public required string Name { get; init; }

    /// <summary>The digest that the attestation refers to.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The attestation's manifest, by digest; null where it was not stored.</summary>
    public Reference? Attestation { get; init; }
}
