using Provenance.Attestor.Certificates;

namespace Provenance.Attestor.Lookups;

/// <summary>What the index knows of one attestation.</summary>
public sealed record IndexedAttestation
{
    /// <summary>The digest of the bundle, by which the store has it as a blob.</summary>
    public required string Bundle { get; init; }

    /// <summary>The predicate type.</summary>
    public required string PredicateType { get; init; }

    /// <summary>Fingerprint of the installation's own key that verified the signature; null where none does.</summary>
    public string? VerifiedBy { get; init; }

    /// <summary>Whom the certificate names where it holds under the trusted root, ours or a stranger's; null where none does.</summary>
    public CertificateIdentity? SignedBy { get; init; }

    /// <summary>Whether the installation signed it, with a key or as its identity, so that it is proven who says what it says. Found out when it is looked up.</summary>
    public bool IsVerified { get; init; }

    /// <summary>Where it is stored: manifests by digest.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The run; null for predicates that are no SLSA provenance.</summary>
    public IndexedRun? Run { get; init; }

    /// <summary>What it speaks of.</summary>
    public required IReadOnlyList<IndexedArtifact> Subjects { get; init; }

    /// <summary>What went in.</summary>
    public required IReadOnlyList<IndexedArtifact> Dependencies { get; init; }

    /// <summary>What came out besides.</summary>
    public required IReadOnlyList<IndexedArtifact> Byproducts { get; init; }
}
