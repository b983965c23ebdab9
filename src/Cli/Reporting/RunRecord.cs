using Provenance.Watcher.Delivering;

namespace Provenance.Cli.Reporting;

/// <summary>One run in the JSON output of <c>up</c>, <c>attest</c> and <c>watch</c>.</summary>
internal sealed record RunRecord
{
    public required string Run { get; init; }

    /// <summary>How the run ended: succeeded, failed, cancelled, timedOut, notDone.</summary>
    public required string RunState { get; init; }

    /// <summary>What became of it here: attested, already-attested, not-attested, failed; in a dry run would-attest.</summary>
    public required string Outcome { get; init; }

    public required IReadOnlyList<SubjectRecord> Subjects { get; init; }

    /// <summary>The attestation of the first subject; every subject names its own.</summary>
    public AttestationRecord? Attestation { get; init; }

    public required IReadOnlyList<ProblemRecord> Problems { get; init; }

    public double Milliseconds { get; init; }

    public static RunRecord From(DeliveryReport report)
    {
        var first = report.Subjects.FirstOrDefault(static s => s.Attestation is not null);
        return new RunRecord
        {
            Run = report.Run,
            RunState = report.RunOutcome.StateName,
            Outcome = Name(report.Outcome),
            Subjects = [.. report.Subjects.Select(static s => new SubjectRecord(s.Name, s.Digest.ToString(), s.Attestation?.ToString()))],
            Attestation = report.Bundle is null ? null : new AttestationRecord(first?.Attestation?.ToString(), first?.Attestation?.Digest?.ToString(), report.Bundle.ToString()),
            Problems = [.. report.Problems.Select(static p => new ProblemRecord(p.Code, p.Message))],
            Milliseconds = Math.Round(report.Elapsed.TotalMilliseconds, 1),
        };
    }

    public static string Name(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Attested => "attested",
        DeliveryOutcome.AlreadyAttested => "already-attested",
        DeliveryOutcome.NotAttested => "not-attested",
        DeliveryOutcome.WouldAttest => "would-attest",
        _ => "failed",
    };

    /// <param name="Name">The name in the statement.</param>
    /// <param name="Digest">The digest.</param>
    /// <param name="Attestation">The attestation's manifest by digest, in a dry run only its repository; null where it is not stored.</param>
    internal sealed record SubjectRecord(string Name, string Digest, string? Attestation);

    /// <param name="Reference">The manifest by digest; null where the attestation is not stored.</param>
    /// <param name="Digest">The manifest's digest; null where the attestation is not stored.</param>
    /// <param name="Bundle">The digest of the signed bundle.</param>
    internal sealed record AttestationRecord(string? Reference, string? Digest, string Bundle);

    internal sealed record ProblemRecord(string Code, string Message);
}
