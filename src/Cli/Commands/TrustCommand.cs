using System.CommandLine;
using Provenance.Attestor.Trust;
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
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var console = Terminal.Open();
            TrustedRootView.Write(console, parsed.GetValue(file) is { } path
                ? await InstanceFiles.ReadTrustedRootAsync(path, cancellationToken)
                : Find(options.Read(parsed), line => console.WriteLine(line)));
            return ExitCodes.Success;
        });
        return show;
    }

    private static TrustedRoot Find(TrustSource source, Action<string> tell)
    {
        if (source.FindCached() is { } cached && cached.Find(TrustSource.TrustedRootName) is { } target)
        {
            tell($"cached in {cached.Folder}, from {cached.Mirror}");
            tell(TrustUpdateView.Line(cached, TimeProvider.System.GetUtcNow()));
            return TrustedRoot.Parse(target.Content);
        }

        if (source.BuiltInRoot is null)
        {
            throw new CommandException(ExitCodes.Usage, $"Nothing of {source.Mirror} is cached in {source.Cache.Folder}. Run provenance trust update first{source.UpdateOptions}.");
        }

        tell($"built in, as published on {TrustedRootRecord.BuiltInOn}; provenance trust update gets the newest");
        return TrustedRoot.ReadPublicGood();
    }
}
