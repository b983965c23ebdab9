using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Signers;

namespace Provenance.Attestor.Verifying;

/// <summary>What became of one candidate under one requirement. Only the verifier makes reports.</summary>
public sealed record CandidateReport
{
    internal CandidateReport()
    {
    }

    /// <summary>Where the candidate came from.</summary>
    public required string Source { get; init; }

    /// <summary>The digest of the candidate's bytes, or of the manifest that should have led to them.</summary>
    public required Digest? Digest { get; init; }

    /// <summary>The requirement, <c>policy/requirement</c>; null where the candidate could not even be read.</summary>
    public string? Requirement { get; init; }

    /// <summary>Whether the candidate meets the requirement, fails it, or could not be looked at.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>A code of <see cref="VerdictCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What was found.</summary>
    public required string Message { get; init; }

    /// <summary>What was asked for, where it can be put in a few words.</summary>
    public string? Expected { get; init; }

    /// <summary>What was found instead.</summary>
    public string? Actual { get; init; }

    /// <summary>What to do.</summary>
    public string? Hint => Outcome is VerdictOutcome.Pass ? null : VerdictCodes.Find(Code)?.Remedy;

    /// <summary>The fingerprint of the key that signed; null unless its signature was verified.</summary>
    public string? SignerFingerprint { get; init; }

    /// <summary>The policy's name for the signer; null unless its signature was verified.</summary>
    public string? Signer { get; init; }

    /// <summary>The signature with its certificate's identity, times and log entries; null unless they were asked for and verified.</summary>
    public VerifiedSignature? Signature { get; init; }

    /// <summary>The predicate type; null unless the signature was verified.</summary>
    public string? PredicateType { get; init; }

    /// <summary>The builder id of SLSA provenance; null unless the signature was verified.</summary>
    public string? BuilderId { get; init; }

    /// <summary>Whether the caller named these very bytes.</summary>
    internal bool IsOffered { get; init; }
}
