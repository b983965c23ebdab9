using Provenance.Attestor.Verifying;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows a verdict: the answer first, then what it rests on, or what each candidate lacked and what to do.</summary>
internal static class VerdictView
{
    public static void Write(IAnsiConsole console, string target, Verdict verdict, string? remark)
    {
        var (word, color) = verdict.Outcome switch
        {
            VerdictOutcome.Pass when verdict.Code is VerdictCodes.VerifiedWithWarnings => ("ALLOWED WITH WARNINGS", Color.Yellow),
            VerdictOutcome.Pass => ("VERIFIED", Color.Green),
            VerdictOutcome.Fail when verdict.Code is VerdictCodes.NoEvidence => ("NO EVIDENCE", Color.Red),
            VerdictOutcome.Fail => ("REFUSED", Color.Red),
            _ => ("NOT VERIFIED (error)", Color.Red),
        };
        console.WriteLine($"{word}  {target}", new Style(color));
        var facts = new Grid().AddColumn().AddColumn();
        Add(facts, "subject", verdict.Subject.ToString());
        if (verdict.Outcome is not VerdictOutcome.Pass)
        {
            Add(facts, "code", verdict.Code);
        }

        Add(facts, "because", verdict.Message);
        if (verdict.Accepted is { } accepted)
        {
            Add(facts, "evidence", $"{accepted.Source}  {accepted.Digest}");
            Add(facts, "signed by", $"{(accepted.Signer == accepted.SignerFingerprint ? "" : accepted.Signer + "  ")}sha256:{accepted.SignerFingerprint}");
            if (accepted.Signature is { } signature)
            {
                SignatureRows.Add(facts, signature);
            }

            Add(facts, "says", accepted.PredicateType);
            Add(facts, "builder", accepted.BuilderId);
        }

        Add(facts, "do", verdict.Hint);
        Add(facts, "note", remark);
        console.Write(facts);
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

        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumns("candidate", "requirement", "code", "what was found");
        foreach (var candidate in verdict.Candidates)
        {
            string expected = candidate.Expected is null ? "" : $" Expected {candidate.Expected}, found {candidate.Actual ?? "nothing"}.";
            table.AddRow(new Text(candidate.Source), new Text(candidate.Requirement ?? ""), new Text(candidate.Code), new Text(candidate.Message + expected));
        }

        console.Write(table);
    }

    private static void Add(Grid grid, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            grid.AddRow(new Text("  " + name), new Text(value));
        }
    }
}
