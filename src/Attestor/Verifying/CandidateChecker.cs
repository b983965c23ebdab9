using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
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
            return [Refuse(candidate, null, new CheckFailure(e.Code, e.Message, e.Expected, e.Actual))];
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
        foreach (var signer in requirement.Signers.Where(evidence.CanBeBy))
        {
            if (evidence.FindSignature(signer) is not { } finding)
            {
                continue;
            }

            var report = finding.Failure is { } unsigned ? Refuse(candidate, name, unsigned) : Check(candidate, evidence, name, requirement, signer, finding);
            if (report.Outcome is VerdictOutcome.Pass)
            {
                return report;
            }

            nearest = nearest is null || VerdictCodes.RankOf(report.Code) > VerdictCodes.RankOf(nearest.Code) ? report : nearest;
        }

        return nearest ?? Refuse(candidate, name, NotSigned(evidence, requirement));
    }

    private CandidateReport Check(
        Candidate candidate, SignedEvidence evidence, string name, Requirement requirement, TrustedSigner signer, SignatureFinding finding)
    {
        Statement? statement = null;
        CheckFailure? failure;
        try
        {
            statement = evidence.ReadStatement();
            failure = CheckSubject(statement)
                ?? CheckPredicateType(statement, requirement)
                ?? (allowFailedRuns ? null : RunOutcomeCheck.Check(statement))
                ?? requirement.Predicate?.Check(statement, signer);
        }
        catch (EvidenceException e)
        {
            failure = new CheckFailure(e.Code, e.Message);
        }

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
            SignerFingerprint = finding.Fingerprint,
            Signature = finding.Signature,
            PredicateType = statement is null ? null : StrictJson.Excerpt(statement.PredicateType),
            BuilderId = statement is not null && SlsaPredicate.BuilderId(statement) is { } id ? StrictJson.Excerpt(id) : null,
        };
    }

    private static CheckFailure? CheckEnvelope(SignedEvidence evidence, Requirement requirement)
    {
        if (!requirement.Signers.Any(evidence.CanBeBy))
        {
            string names = NamesOf(requirement);
            return evidence.HasCertificate
                ? SignedWithCertificate(names)
                : new CheckFailure(VerdictCodes.CertExpected, "The evidence was signed with a key; the trusted signers are identities in certificates.", names);
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
        string expected = NamesOf(requirement);
        return evidence.HasCertificate ? SignedWithCertificate(expected)
            : evidence.FindOtherKey(requirement.Signers.Select(static signer => signer.Key).OfType<VerificationKey>()) is { } other
            ? new CheckFailure(VerdictCodes.SignerUntrusted, "None of the trusted keys made the signature, and the bundle names another key.", expected, other)
            : new CheckFailure(VerdictCodes.SigInvalid, "None of the trusted keys made a signature over this content.", expected);
    }

    private static CheckFailure SignedWithCertificate(string expected) =>
        new(VerdictCodes.KeyExpected, "The evidence was signed with a certificate; the trusted signers are keys.", expected);

    private static string NamesOf(Requirement requirement) => string.Join(", ", requirement.Signers.Select(static signer => signer.Name));

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
