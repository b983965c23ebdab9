namespace Provenance.Attestor.Verifying;

/// <summary>Weighs the reports of all candidates. Depends on them as a set only, never on their order.</summary>
internal static class VerdictBuilder
{
    /// <summary>All requirements under the names that reports use: unique, so that no report counts for a namesake in another file.</summary>
    public static IReadOnlyList<NamedRequirement> NameRequirements(IEnumerable<IPolicy> policies)
    {
        var named = new List<NamedRequirement>();
        foreach (var policy in policies)
        {
            foreach (var requirement in policy.Requirements)
            {
                string name = $"{policy.Name}/{requirement.Name}";
                int namesakes = named.Count(other => other.Name == name || other.Name.StartsWith(name + "#", StringComparison.Ordinal));
                named.Add(new NamedRequirement(namesakes is 0 ? name : $"{name}#{namesakes + 1}", policy.Mode, requirement));
            }
        }

        return named;
    }

    /// <summary>The verdict.</summary>
    public static Verdict Build(VerifyArtifact request, IReadOnlyList<NamedRequirement> named, IEnumerable<CandidateReport> reports)
    {
        var candidates = reports
            .OrderBy(static r => r.Digest?.ToString() ?? "", StringComparer.Ordinal)
            .ThenBy(static r => r.Source, StringComparer.Ordinal)
            .ThenBy(static r => r.Requirement ?? "", StringComparer.Ordinal)
            .ToList();
        var requirements = named.Select(requirement => Judge(request, requirement, candidates)).ToList();
        if (requirements.Count is 0)
        {
            string message = $"No key and no policy covers {request.ArtifactName ?? request.Subject.ToString()}.";
            return Make(VerdictOutcome.Fail, VerdictCodes.NoPolicy, message);
        }

        if (requirements.Find(static r => r.Mode is PolicyMode.Enforce && r.Outcome is not VerdictOutcome.Pass) is { } unmet)
        {
            return Make(unmet.Outcome, unmet.Code, $"{unmet.Name} is not met: {unmet.Message}");
        }

        var accepted = requirements.Find(static r => r.Outcome is VerdictOutcome.Pass)?.Candidate;
        var warning = requirements.Find(static r => r.Outcome is not VerdictOutcome.Pass);
        return warning is null
            ? Make(VerdictOutcome.Pass, VerdictCodes.Verified, accepted!.Message, accepted)
            : Make(VerdictOutcome.Pass, VerdictCodes.VerifiedWithWarnings, $"{warning.Name} is not met, but only warns: {warning.Code}: {warning.Message}", accepted);

        Verdict Make(VerdictOutcome outcome, string code, string message, CandidateReport? accepted = null) => new()
        {
            Outcome = outcome,
            Code = code,
            Message = message,
            Subject = request.Subject,
            Accepted = accepted,
            Requirements = requirements,
            Candidates = candidates,
        };
    }

    private static RequirementReport Judge(VerifyArtifact request, NamedRequirement requirement, List<CandidateReport> candidates)
    {
        var relevant = candidates.FindAll(r => r.Requirement is null || r.Requirement == requirement.Name);
        if (relevant.Find(static r => r.Outcome is VerdictOutcome.Pass) is { } accepted)
        {
            return Make(VerdictOutcome.Pass, accepted.Code, accepted.Message, accepted);
        }

        if (NearestOf(relevant.Where(static r => r.Outcome is VerdictOutcome.Error)) is { } error)
        {
            return Make(VerdictOutcome.Error, error.Code, error.Message, error);
        }

        var nearest = NearestOf(relevant.Where(static r => r.Code is not VerdictCodes.NotEvidence));
        if (nearest is null)
        {
            return Make(VerdictOutcome.Fail, VerdictCodes.NoEvidence, $"There is no attestation of {request.Subject}.", null);
        }

        // A search that turned up statements of other kinds only has found nothing; bytes that the caller named are wrong.
        return nearest is { Code: VerdictCodes.PredicateType, IsOffered: false }
            ? Make(VerdictOutcome.Fail, VerdictCodes.NoEvidence, $"There is no attestation of type {nearest.Expected}; the trusted signers attested {nearest.Actual}.", nearest)
            : Make(VerdictOutcome.Fail, nearest.Code, $"{nearest.Source}: {nearest.Message}", nearest);

        RequirementReport Make(VerdictOutcome outcome, string code, string message, CandidateReport? candidate) => new()
        {
            Name = requirement.Name,
            Mode = requirement.Mode,
            Outcome = outcome,
            Code = code,
            Message = message,
            Candidate = candidate,
        };
    }

    private static CandidateReport? NearestOf(IEnumerable<CandidateReport> reports) =>
        reports.MaxBy(static r => (VerdictCodes.RankOf(r.Code), r.IsOffered));
}
