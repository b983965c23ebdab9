using System.CommandLine;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance trust update</c>: the only command that fetches trusted roots.</summary>
internal sealed class TrustUpdateCommand
{
    private readonly TrustOptions options = new();
    private readonly Option<string?> root = new("--root") { Description = "The root.json that trust begins with, got over a way that you trust; kept from then on", HelpName = "FILE" };
    private readonly Option<string> target = new("--target")
    {
        Description = "The file to fetch",
        HelpName = "NAME",
        DefaultValueFactory = static _ => TrustSource.TrustedRootName,
    };

    private readonly Option<string?> file = new("--out") { Description = "Write the file here as well", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new TrustUpdateCommand();
        var update = new Command("update", "Fetch the newest trusted root over The Update Framework. Exit status: 0 up to date, 1 refused, 2 usage, 3 out of reach")
        {
            command.root, command.target, command.file,
        };
        command.options.AddTo(update);
        update.SetAction(command.RunAsync);
        return update;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var source = options.Read(parsed);
        byte[]? first = parsed.GetValue(root) is { } path ? await SmallFile.ReadAsync(path, "root", 512 << 10, cancellationToken) : null;
        string name = parsed.GetRequiredValue(target);
        var before = FindBefore(source);
        using var mirror = new TufMirror(source.Mirror, TimeProvider.System);
        var client = new TufClient(mirror, source.Cache, source.BuiltInRoot, TimeProvider.System);
        var update = await client.UpdateAsync(first, [name], name is TrustSource.TrustedRootName ? [TrustSource.SigningConfigName] : [], cancellationToken);
        foreach (string remark in update.Remarks)
        {
            await Console.Error.WriteLineAsync("warning: " + HarmlessText.LineOf(remark));
        }

        TrustUpdateView.Write(Terminal.Open(), source.Mirror, source.Cache.Folder, update);
        if (name is TrustSource.TrustedRootName)
        {
            TrustUpdateView.WriteChanges(Terminal.Open(), before, TrustedRoot.Parse(update.Targets[0].Content));
        }

        if (parsed.GetValue(file) is { } destination)
        {
            WholeFile.Write(destination, update.Targets[0].Content.Span);
        }

        return ExitCodes.Success;
    }

    // Only to tell what changed: what cannot be read is told by the update, and rebuilt.
    private static TrustedRoot? FindBefore(TrustSource source)
    {
        try
        {
            return source.FindCached()?.Find(TrustSource.TrustedRootName) is { } cached ? TrustedRoot.Parse(cached.Content)
                : source.BuiltInRoot is not null ? TrustedRoot.ReadPublicGood()
                : null;
        }
        catch (Exception e) when (e is TufException or TrustedRootException)
        {
            return null;
        }
    }
}
