using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Verifying;

/// <summary>The result of a verification, with everything that led to it. Only the verifier can make one.</summary>
public sealed class Verdict
{
    internal Verdict()
    {
    }

    /// <summary>Pass, fail or error.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>A code of <see cref="VerdictCodes"/>: for anything but a pass, that of the first requirement that is not met.</summary>
    public required string Code { get; init; }

    /// <summary>What was found, in one or two sentences.</summary>
    public required string Message { get; init; }

    /// <summary>What to do; null for a pass.</summary>
    public string? Hint => Outcome is VerdictOutcome.Pass ? null : VerdictCodes.Find(Code)?.Remedy;

    /// <summary>The digest of the artifact that the verdict is about.</summary>
    public required Digest Subject { get; init; }

    /// <summary>The accepted candidate: the first requirement's, where there are several. Null unless the verdict is a pass.</summary>
    public CandidateReport? Accepted { get; init; }

    /// <summary>Every requirement, in the order of policies and files.</summary>
    public required IReadOnlyList<RequirementReport> Requirements { get; init; }

    /// <summary>Every candidate under every requirement, ordered by digest, source and requirement.</summary>
    public required IReadOnlyList<CandidateReport> Candidates { get; init; }

    /// <summary>Requirements that are not met but do not deny yet.</summary>
    public IEnumerable<RequirementReport> Warnings =>
        Requirements.Where(static r => r.Mode is not PolicyMode.Enforce && r.Outcome is not VerdictOutcome.Pass);
}
