using Provenance.Attestor.Trust;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows a trusted root as a table: what is trusted for what, and when.</summary>
internal static class TrustedRootView
{
    public static void Write(IAnsiConsole console, TrustedRoot root)
    {
        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumns("for", "who", "trusted", "key or id");
        AddLogs(table, "transparency", root.Logs);
        AddAuthorities(table, "certificates", root.CertificateAuthorities);
        AddLogs(table, "certificate log", root.CertificateLogs);
        AddAuthorities(table, "time", root.TimestampAuthorities);
        console.WriteLine(root.MediaType);
        console.Write(table);
    }

    private static void AddLogs(Table table, string use, IEnumerable<TrustedLog> logs)
    {
        foreach (var log in logs)
        {
            Add(table, use, log.BaseUrl.ToString().TrimEnd('/'), log.ValidFor, $"{log.Key.Algorithm}, log id {Convert.ToHexStringLower(log.Id.Span[..8])}...");
        }
    }

    private static void AddAuthorities(Table table, string use, IEnumerable<TrustedAuthority> authorities)
    {
        foreach (var authority in authorities)
        {
            string name = authority.Uri is null ? authority.Name : $"{authority.Uri.ToString().TrimEnd('/')} ({authority.Name})";
            Add(table, use, name, authority.ValidFor, $"{authority.KeyAlgorithm}, {authority.ChainLength} certificates");
        }
    }

    private static void Add(Table table, string use, string who, ValidityWindow window, string key) =>
        table.AddRow(new Text(use), new Text(who), new Text($"{SignatureRows.Text(window.Start)} to {(window.End is { } end ? SignatureRows.Text(end) : "now")}"), new Text(key));
}
