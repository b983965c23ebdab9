using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Reporting;

/// <summary>A verdict in the JSON output of <c>verify</c>.</summary>
internal sealed record VerdictRecord
{
    public required string Target { get; init; }

    public required string Subject { get; init; }

    /// <summary>pass, fail or error.</summary>
    public required string Outcome { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    public string? Hint { get; init; }

    /// <summary>Whom was trusted for certificates, logs and time; absent where keys alone were, and for policies, which name their own.</summary>
    public TrustedRootRecord? TrustedRoot { get; init; }

    public CandidateRecord? Accepted { get; init; }

    public required IReadOnlyList<RequirementRecord> Requirements { get; init; }

    public required IReadOnlyList<CandidateRecord> Candidates { get; init; }

    public static VerdictRecord From(string target, Verdict verdict, TrustedRootRecord? trustedRoot) => new()
    {
        Target = target,
        Subject = verdict.Subject.ToString(),
        Outcome = Name(verdict.Outcome),
        Code = verdict.Code,
        Message = verdict.Message,
        Hint = verdict.Hint,
        TrustedRoot = trustedRoot,
        Accepted = verdict.Accepted is { } accepted ? CandidateRecord.From(accepted) : null,
        Requirements = [.. verdict.Requirements.Select(static r => new RequirementRecord(r.Name, r.Mode.ToString().ToLowerInvariant(), Name(r.Outcome), r.Code, r.Message))],
        Candidates = [.. verdict.Candidates.Select(CandidateRecord.From)],
    };

    private static string Name(VerdictOutcome outcome) => outcome.ToString().ToLowerInvariant();

    internal sealed record RequirementRecord(string Name, string Mode, string Outcome, string Code, string Message);

    internal sealed record CandidateRecord
    {
        public required string Source { get; init; }

        public string? Digest { get; init; }

        public string? Requirement { get; init; }

        public required string Outcome { get; init; }

        public required string Code { get; init; }

        public required string Message { get; init; }

        public string? Expected { get; init; }

        public string? Actual { get; init; }

        public string? Hint { get; init; }

        public string? SignerFingerprint { get; init; }

        public string? Signer { get; init; }

        public string? Identity { get; init; }

        public string? Issuer { get; init; }

        public IReadOnlyList<DateTimeOffset>? SignedAt { get; init; }

        public IReadOnlyList<string>? LogEntries { get; init; }

        public string? PredicateType { get; init; }

        public string? BuilderId { get; init; }

        public static CandidateRecord From(CandidateReport report) => new()
        {
            Source = report.Source,
            Digest = report.Digest?.ToString(),
            Requirement = report.Requirement,
            Outcome = Name(report.Outcome),
            Code = report.Code,
            Message = report.Message,
            Expected = report.Expected,
            Actual = report.Actual,
            Hint = report.Hint,
            SignerFingerprint = report.SignerFingerprint,
            Signer = report.Signer,
            Identity = report.Signature?.Identity?.Subject,
            Issuer = report.Signature?.Identity?.Issuer,
            SignedAt = report.Signature is { } signature ? [.. signature.Times.Select(static time => time.Time)] : null,
            LogEntries = report.Signature?.LogEntries,
            PredicateType = report.PredicateType,
            BuilderId = report.BuilderId,
        };
    }
}
