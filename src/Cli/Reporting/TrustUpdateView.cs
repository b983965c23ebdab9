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
        var roles = new Listing("role", "version", "before", "expires");
        foreach (var role in update.Roles)
        {
            roles.Add(role.Name, Number(role.Version), role.Before is { } before ? Number(before) : "-", SignatureRows.Text(role.Expires));
        }

        roles.Write(console);
        var files = new Listing("file", "is", "digest");
        foreach (var target in update.Targets)
        {
            files.Add(target.Name, target.IsNew ? "new" : "as before", $"sha256:{Convert.ToHexStringLower(SHA256.HashData(target.Content.Span))}");
        }

        files.Write(console);
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

    /// <summary>Says until when roles of a repository are valid, a line each.</summary>
    public static void WriteState(IAnsiConsole console, IEnumerable<RoleState> roles, DateTimeOffset now)
    {
        foreach (var role in roles)
        {
            bool isOver = role.Expires <= now;
            console.WriteLine(
                $"{role.Name} version {Number(role.Version)} {(isOver ? "EXPIRED at" : "until")} {SignatureRows.Text(role.Expires)}",
                new Style(isOver ? Color.Red : Color.Default));
        }
    }

    private static string Number(long version) => version.ToString(CultureInfo.InvariantCulture);
}
