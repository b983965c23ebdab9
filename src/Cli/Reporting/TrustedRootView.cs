using Provenance.Attestor.Trust;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows a trusted root as a table: what is trusted for what, and when.</summary>
internal static class TrustedRootView
{
    public static void Write(IAnsiConsole console, TrustedRoot root)
    {
        console.WriteLine(root.MediaType);
        var listing = new Listing("for", "who", "trusted", "key or id");
        foreach (string[] row in RowsOf(root))
        {
            listing.Add(row);
        }

        listing.Write(console);
    }

    /// <summary>What of one trusted root is not in the other, a line each.</summary>
    public static IReadOnlyList<string> Difference(TrustedRoot root, TrustedRoot other) =>
        [.. RowsOf(root).Select(static row => string.Join("  ", row)).Except(RowsOf(other).Select(static row => string.Join("  ", row)))];

    private static IEnumerable<string[]> RowsOf(TrustedRoot root) =>
    [
        .. root.Logs.Select(static log => RowOf("transparency", log)),
        .. root.CertificateAuthorities.Select(static authority => RowOf("certificates", authority)),
        .. root.CertificateLogs.Select(static log => RowOf("certificate log", log)),
        .. root.TimestampAuthorities.Select(static authority => RowOf("time", authority)),
    ];

    private static string[] RowOf(string use, TrustedLog log) =>
        [use, log.BaseUrl.ToString().TrimEnd('/'), TextOf(log.ValidFor), $"{log.Key.Algorithm}, log id {Convert.ToHexStringLower(log.Id.Span[..8])}..."];

    private static string[] RowOf(string use, TrustedAuthority authority)
    {
        string name = authority.Uri is null ? authority.Name : $"{authority.Uri.ToString().TrimEnd('/')} ({authority.Name})";
        return [use, name, TextOf(authority.ValidFor), $"{authority.KeyAlgorithm}, {authority.ChainLength} certificate{(authority.ChainLength is 1 ? "" : "s")}"];
    }

    private static string TextOf(ValidityWindow window) => $"{SignatureRows.Text(window.Start)} to {(window.End is { } end ? SignatureRows.Text(end) : "now")}";
}
