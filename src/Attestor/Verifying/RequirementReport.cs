namespace Provenance.Attestor.Verifying;

/// <summary>What became of one requirement. Only the verifier makes reports.</summary>
public sealed record RequirementReport
{
    internal RequirementReport()
    {
    }

    /// <summary>The name, <c>policy/requirement</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What follows when it is not met.</summary>
    public required PolicyMode Mode { get; init; }

    /// <summary>Whether it is met, is not, or could not be judged.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>A code of <see cref="VerdictCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What was found.</summary>
    public required string Message { get; init; }

    /// <summary>The candidate that meets the requirement, or the one that came nearest; null where there is none.</summary>
    public CandidateReport? Candidate { get; init; }
}
