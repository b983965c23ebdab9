using System.CommandLine;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance trust export</c>: what is cached, as files for machines without a network.</summary>
internal sealed class TrustExportCommand
{
    private readonly TrustOptions options = new();
    private readonly Option<string> file = new("--out")
    {
        Description = "The file to write; - for standard output. The signing config goes beside it, under its own name",
        HelpName = "FILE",
        DefaultValueFactory = static _ => TrustSource.TrustedRootName,
    };

    public static Command Create()
    {
        var command = new TrustExportCommand();
        var export = new Command("export", "Write the cached trusted root, and its signing config, to files. Opens no connection") { command.file };
        command.options.AddTo(export);
        export.SetAction(command.RunAsync);
        return export;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var source = options.Read(parsed);
        var cached = source.FindCached();
        if (cached?.Find(TrustSource.TrustedRootName) is not { } target)
        {
            throw new CommandException(ExitCodes.Usage, $"Nothing of {source.Mirror} is cached in {source.Cache.Folder}. Run provenance trust update first{source.UpdateOptions}.");
        }

        source.RequireFresh(cached, TimeProvider.System);
        string destination = parsed.GetRequiredValue(file);
        if (destination is "-")
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(target.Content, cancellationToken);
            return ExitCodes.Success;
        }

        WholeFile.Write(destination, target.Content.Span);
        Console.WriteLine($"trusted root    {destination}");
        if (cached.Find(TrustSource.SigningConfigName) is { } signingConfig)
        {
            string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(destination))!, TrustSource.SigningConfigName);
            WholeFile.Write(beside, signingConfig.Content.Span);
            Console.WriteLine($"signing config  {beside}");
        }

        return ExitCodes.Success;
    }
}
