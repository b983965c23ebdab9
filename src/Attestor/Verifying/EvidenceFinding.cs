namespace Provenance.Attestor.Verifying;

/// <summary>Either a candidate or the report of one that could not be had.</summary>
internal sealed record EvidenceFinding(Candidate? Candidate, CandidateReport? Report)
{
    public static implicit operator EvidenceFinding(Candidate candidate) => new(candidate, null);

    public static implicit operator EvidenceFinding(CandidateReport report) => new(null, report);
}
