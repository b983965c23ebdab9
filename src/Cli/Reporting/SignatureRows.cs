using System.Globalization;
using Provenance.Attestor.Signers;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>The rows that say who signed, when, and where it is logged.</summary>
internal static class SignatureRows
{
    public static void Add(Grid grid, VerifiedSignature signature)
    {
        if (signature.Identity is { } identity)
        {
            Add(grid, "identity", identity.Subject);
            Add(grid, "issuer", identity.Issuer ?? "");
        }

        Add(grid, "key", $"sha256:{signature.Key.Fingerprint}  {signature.Key.Algorithm}");
        foreach (var time in signature.Times)
        {
            Add(grid, "signed at", $"{Text(time.Time)}  {time.Witness}");
        }

        foreach (string entry in signature.LogEntries)
        {
            Add(grid, "log entry", entry);
        }
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Add(Grid grid, string name, string value) => grid.AddRow(new Text("  " + name), new Text(value));
}
