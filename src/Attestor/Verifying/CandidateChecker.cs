using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// Judges one candidate under each requirement, in this order: format, payload type, signature, statement, subject, predicate type,
/// outcome of the run, predicate. Nothing of the payload is believed before its signature is.
/// </summary>
internal sealed class CandidateChecker(Digest subject, bool allowFailedRuns)
{
    /// <summary>One report for each requirement, or a single one where the candidate cannot be read.</summary>
    public IEnumerable<CandidateReport> Check(Candidate candidate, IReadOnlyList<NamedRequirement> requirements)
    {
        SignedEvidence evidence;
        try
        {
            evidence = SignedEvidence.Read(candidate);
        }
        catch (EvidenceException e)
        {
            return [Refuse(candidate, null, new CheckFailure(e.Code, e.Message))];
        }

        return requirements.Select(r => Check(candidate, evidence, r.Name, r.Requirement)).ToList();
    }

    private CandidateReport Check(Candidate candidate, SignedEvidence evidence, string name, Requirement requirement)
    {
        if (CheckEnvelope(evidence, requirement) is { } failure)
        {
            return Refuse(candidate, name, failure);
        }

        // One key may stand under several names; each name has to meet the whole requirement by itself.
        CandidateReport? nearest = null;
        foreach (var signer in requirement.Signers.Where(signer => evidence.IsSignedBy(signer.Key)))
        {
            var report = Check(candidate, evidence, name, requirement, signer);
            if (report.Outcome is VerdictOutcome.Pass)
            {
                return report;
            }

            nearest = nearest is null || VerdictCodes.RankOf(report.Code) > VerdictCodes.RankOf(nearest.Code) ? report : nearest;
        }

        return nearest ?? Refuse(candidate, name, NotSigned(evidence, requirement));
    }

    private CandidateReport Check(Candidate candidate, SignedEvidence evidence, string name, Requirement requirement, TrustedSigner signer)
    {
        Statement statement;
        try
        {
            statement = evidence.ReadStatement();
        }
        catch (EvidenceException e)
        {
            return Refuse(candidate, name, new CheckFailure(e.Code, e.Message)) with { Signer = signer.Name, SignerFingerprint = signer.Key.Fingerprint };
        }

        var failure = CheckSubject(statement)
            ?? CheckPredicateType(statement, requirement)
            ?? (allowFailedRuns ? null : RunOutcomeCheck.Check(statement))
            ?? requirement.Predicate?.Check(statement, signer);
        var report = failure is null
            ? new CandidateReport
            {
                Source = candidate.Source,
                Digest = candidate.Digest,
                Requirement = name,
                Outcome = VerdictOutcome.Pass,
                Code = VerdictCodes.Verified,
                Message = $"{candidate.Source} meets {name}: signed by {signer.Name}.",
                IsOffered = candidate.IsOffered,
            }
            : Refuse(candidate, name, failure);
        return report with
        {
            Signer = signer.Name,
            SignerFingerprint = signer.Key.Fingerprint,
            PredicateType = StrictJson.Excerpt(statement.PredicateType),
            BuilderId = SlsaPredicate.BuilderId(statement) is { } id ? StrictJson.Excerpt(id) : null,
        };
    }

    private static CheckFailure? CheckEnvelope(SignedEvidence evidence, Requirement requirement)
    {
        if (evidence.HasCertificate)
        {
            return new CheckFailure(
                VerdictCodes.KeyExpected,
                "The bundle was signed with a certificate; the trusted signers are keys.",
                string.Join(", ", requirement.Signers.Select(static signer => signer.Name)));
        }

        return evidence.PayloadType is Envelope.StatementPayloadType
            ? null
            : new CheckFailure(
                VerdictCodes.PayloadType,
                $"The payload type is \"{StrictJson.Excerpt(evidence.PayloadType)}\".",
                Envelope.StatementPayloadType,
                StrictJson.Excerpt(evidence.PayloadType));
    }

    private static CheckFailure NotSigned(SignedEvidence evidence, Requirement requirement)
    {
        string expected = string.Join(", ", requirement.Signers.Select(static signer => signer.Name));
        return evidence.NamesAnotherKey(requirement.Signers.Select(static signer => signer.Key))
            ? new CheckFailure(VerdictCodes.SignerUntrusted, "None of the trusted keys made the signature, and the bundle names another key.", expected)
            : new CheckFailure(VerdictCodes.SigInvalid, "None of the trusted keys made a signature over this content.", expected);
    }

    private CheckFailure? CheckSubject(Statement statement)
    {
        string algorithm = subject.Algorithm.Name;
        bool named = false;
        foreach (var digests in statement.Subjects.Select(static s => s.Digest))
        {
            string? hex = digests?.Find(algorithm);
            if (hex == subject.Hex)
            {
                return null;
            }

            named |= hex is not null;
        }

        string actual = string.Join(", ", statement.Subjects.Take(3).Select(static s => s.Digest?.ToString() ?? "no usable digest"))
            + (statement.Subjects.Count > 3 ? $" and {statement.Subjects.Count - 3} more" : "");
        return named
            ? new CheckFailure(VerdictCodes.SubjectMismatch, $"The statement's subjects do not include {subject}.", subject.ToString(), actual)
            : new CheckFailure(VerdictCodes.SubjectWeakDigest, $"No subject of the statement has a {algorithm} digest.", subject.ToString(), actual);
    }

    private static CheckFailure? CheckPredicateType(Statement statement, Requirement requirement) =>
        requirement.PredicateTypes.Contains(statement.PredicateType, StringComparer.Ordinal)
            ? null
            : new CheckFailure(
                VerdictCodes.PredicateType,
                $"The statement is of type {StrictJson.Excerpt(statement.PredicateType)}.",
                string.Join(" or ", requirement.PredicateTypes),
                StrictJson.Excerpt(statement.PredicateType));

    private static CandidateReport Refuse(Candidate candidate, string? requirement, CheckFailure failure) => new()
    {
        Source = candidate.Source,
        Digest = candidate.Digest,
        Requirement = requirement,
        Outcome = VerdictOutcome.Fail,
        Code = failure.Code,
        Message = failure.Message,
        Expected = failure.Expected,
        Actual = failure.Actual,
        IsOffered = candidate.IsOffered,
    };
}
