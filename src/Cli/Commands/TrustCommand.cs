using System.CommandLine;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance trust</c>, and <c>provenance trust show [FILE]</c>.</summary>
internal static class TrustCommand
{
    public static Command Create() => new("trust", "Keep and look at trusted roots of Sigstore") { TrustUpdateCommand.Create(), TrustExportCommand.Create(), CreateShow() };

    private static Command CreateShow()
    {
        var file = new Argument<string?>("FILE") { Description = "A trusted_root.json; without one, the cached one, else that of the public Sigstore instance, which is built in", Arity = ArgumentArity.ZeroOrOne };
        var options = new TrustOptions();
        var show = new Command("show", "Show whom a trusted root trusts, and when. Opens no connection") { file };
        options.AddTo(show);
        show.SetAction((parsed, cancellationToken) => parsed.GetValue(file) is { } path && options.AreGiven(parsed)
            ? throw new CommandException(ExitCodes.Usage, $"Give either the file {path}, or the options that name a repository and its cache.")
            : ShowAsync(parsed.GetValue(file), () => options.Read(parsed), cancellationToken));
        return show;
    }

    private static async Task<int> ShowAsync(string? file, Func<TrustSource> source, CancellationToken cancellationToken)
    {
        var console = Terminal.Open();
        if (file is not null)
        {
            TrustedRootView.Write(console, InstanceFiles.ReadTrustedRoot(file));
            return ExitCodes.Success;
        }

        string? warning = Show(console, source(), TimeProvider.System.GetUtcNow());
        if (warning is not null)
        {
            await Console.Error.WriteLineAsync("warning: " + HarmlessText.LineOf(warning));
        }

        return ExitCodes.Success;
    }

    /// <summary>Shows the cached trusted root, else the built-in one.</summary>
    /// <returns>What to do about it where it has expired; null where it has not.</returns>
    private static string? Show(IAnsiConsole console, TrustSource source, DateTimeOffset now)
    {
        if (source.FindCached() is { } cached && cached.Find(TrustSource.TrustedRootName) is { } target)
        {
            console.WriteLine($"cached in {cached.Folder}, from {cached.Mirror}");
            TrustUpdateView.WriteState(console, cached.Roles, now);
            TrustedRootView.Write(console, TrustedRoot.Parse(target.Content));
            return cached.Expires > now ? null
                : $"this trusted root expired at {SignatureRows.Text(cached.Expires)}: nothing is verified by it, and it is not exported. Run provenance trust update{source.UpdateOptions}, or name another with --trusted-root FILE.";
        }

        if (source.BuiltInRoot is null)
        {
            throw new CommandException(ExitCodes.Usage, $"Nothing of {source.Mirror} is cached in {source.Cache.Folder}. Run provenance trust update first{source.UpdateOptions}.");
        }

        var root = PublicGood.ReadRootState();
        console.WriteLine($"built in, as published on {TrustedRootRecord.BuiltInOn}; provenance trust update gets the newest");
        TrustUpdateView.WriteState(console, [root], now);
        TrustedRootView.Write(console, TrustedRoot.ReadPublicGood());
        return root.Expires > now ? null
            : $"the root behind this built-in trust expired at {SignatureRows.Text(root.Expires)}: what was revoked since is still trusted by it. Run provenance trust update, or name another with --trusted-root FILE.";
    }
}
