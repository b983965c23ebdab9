using System.Globalization;
using System.Security.Cryptography;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows what an update of trusted roots found.</summary>
internal static class TrustUpdateView
{
    public static void Write(IAnsiConsole console, Uri mirror, string folder, TufUpdate update)
    {
        console.WriteLine($"{mirror}  cached in {folder}");
        var roles = new Table { Border = TableBorder.Minimal };
        roles.AddColumns("role", "version", "before", "expires");
        foreach (var role in update.Roles)
        {
            roles.AddRow(Text(role.Name), Text(Number(role.Version)), Text(role.Before is { } before ? Number(before) : "-"), Text(SignatureRows.Text(role.Expires)));
        }

        console.Write(roles);
        var files = new Table { Border = TableBorder.Minimal };
        files.AddColumns("file", "", "digest");
        foreach (var target in update.Targets)
        {
            files.AddRow(Text(target.Name), Text(target.IsNew ? "new" : "as before"), Text($"sha256:{Convert.ToHexStringLower(SHA256.HashData(target.Content.Span))}"));
        }

        console.Write(files);
    }

    /// <summary>Says who is trusted now and was not before, and who no longer is.</summary>
    public static void WriteChanges(IAnsiConsole console, TrustedRoot? before, TrustedRoot now)
    {
        if (before is null)
        {
            return;
        }

        foreach (string line in TrustedRootView.Difference(now, before))
        {
            console.WriteLine($"now      {line}");
        }

        foreach (string line in TrustedRootView.Difference(before, now))
        {
            console.WriteLine($"no more  {line}");
        }
    }

    /// <summary>How far a cache may be trusted, in a line.</summary>
    public static string Line(CachedTrust cached, DateTimeOffset now) => string.Join(", ", cached.Roles.Select(role =>
        $"{role.Name} version {Number(role.Version)} {(role.Expires <= now ? "EXPIRED at" : "until")} {SignatureRows.Text(role.Expires)}"));

    private static string Number(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static Text Text(string text) => new(text);
}
