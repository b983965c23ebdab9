using Provenance.Attestor.Verifying;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows what became of one bundle: the answer first, then by whom and when it was signed, or what does not hold.</summary>
internal static class BundleVerdictView
{
    public static void Write(IAnsiConsole console, string artifact, BundleVerdict verdict)
    {
        var facts = new Grid().AddColumn().AddColumn();
        console.WriteLine($"{(verdict.Failure is null ? "VERIFIED" : "REFUSED")}  {artifact}", new Style(verdict.Failure is null ? Color.Green : Color.Red));
        if (verdict.Signature is { } signature)
        {
            SignatureRows.Add(facts, signature);
        }
        else if (verdict.Failure is { } failure)
        {
            Add(facts, "code", failure.Code);
            Add(facts, "because", failure.Message);
            Add(facts, "expected", failure.Expected);
            Add(facts, "found", failure.Actual);
            Add(facts, "do", VerdictCodes.Find(failure.Code)?.Remedy);
        }

        console.Write(facts);
    }

    private static void Add(Grid grid, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            grid.AddRow(new Text("  " + name), new Text(value));
        }
    }
}
