using Provenance.Attestor.Verifying;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows a verdict: the answer first, then what it rests on, or what each candidate lacked and what to do.</summary>
internal static class VerdictView
{
    public static void Write(TextWriter output, string target, Verdict verdict, TrustedRootRecord? trustedRoot, string? remark)
    {
        var (word, tone) = verdict.Outcome switch
        {
            VerdictOutcome.Pass when verdict.Code is VerdictCodes.VerifiedWithWarnings => ("ALLOWED WITH WARNINGS", Tone.Doubtful),
            VerdictOutcome.Pass => ("VERIFIED", Tone.Good),
            VerdictOutcome.Fail when verdict.Code is VerdictCodes.NoEvidence => ("NO EVIDENCE", Tone.Bad),
            VerdictOutcome.Fail => ("REFUSED", Tone.Bad),
            _ => ("NOT VERIFIED (error)", Tone.Bad),
        };
        var facts = new FactSheet($"{word}  {target}", tone);
        facts.Add("subject", verdict.Subject.ToString());
        if (verdict.Outcome is not VerdictOutcome.Pass)
        {
            facts.Add("code", verdict.Code);
        }

        facts.Add("because", verdict.Message);
        if (verdict.Accepted is { } accepted)
        {
            facts.Add("evidence", $"{accepted.Source}  {accepted.Digest}");
            facts.Add("signed by", $"{(accepted.Signer == accepted.SignerFingerprint ? "" : accepted.Signer + "  ")}sha256:{accepted.SignerFingerprint}");
            if (accepted.Signature is { } signature)
            {
                SignatureRows.AddTo(facts, signature);
            }

            facts.Add("says", accepted.PredicateType);
            facts.Add("builder", accepted.BuilderId);
        }

        facts.Add("trust", trustedRoot?.Describe());
        facts.Add("do", verdict.Hint);
        facts.Add("note", remark);
        facts.Write(output);
        if (verdict.Outcome is not VerdictOutcome.Pass || verdict.Warnings.Any())
        {
            WriteDetails(Terminal.Open(output), verdict);
        }
    }

    private static void WriteDetails(IAnsiConsole console, Verdict verdict)
    {
        WriteCandidates(console, verdict);
        foreach (var warning in verdict.Warnings)
        {
            console.WriteLine($"warning: {warning.Name} is not met ({warning.Code}), which does not deny yet: {warning.Message}", new Style(Color.Yellow));
        }
    }

    private static void WriteCandidates(IAnsiConsole console, Verdict verdict)
    {
        if (verdict.Outcome is VerdictOutcome.Pass || verdict.Candidates.Count is 0)
        {
            return;
        }

        var listing = new Listing("candidate", "requirement", "code", "what was found");
        foreach (var candidate in verdict.Candidates)
        {
            string expected = candidate.Expected is null ? "" : $" Expected {candidate.Expected}{(candidate.Actual is null ? "" : ", found " + candidate.Actual)}.";
            listing.Add(candidate.Source, candidate.Requirement ?? "", candidate.Code, candidate.Message + expected);
        }

        listing.Write(console);
    }
}
