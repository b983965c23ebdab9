using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Serving.Caches;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Space.Declaring;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance store gc</c>: collects once, in a folder that nobody serves.</summary>
internal static class StoreCollectCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder of the content, which no process serves", HelpName = "DIR", DefaultValueFactory = static _ => Path.Combine(DataLayout.DefaultFolder, "store") };
        var config = new Option<string?>("--config") { Description = "The store's YAML file, for its section space", HelpName = "FILE" };
        var grace = new Option<string?>("--grace") { Description = "Keep what was used within this time, such as 30m or 0; 1h if neither this nor the file says anything", HelpName = "TIME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and remove nothing" };
        var output = CommonOptions.Output();
        var command = new Command("gc", "Remove what nothing refers to from a folder that nobody serves") { data, config, grace, dryRun, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var space = StoreFile.Load(parsed.GetValue(config)).Space;
            if (parsed.GetValue(grace) is { } text)
            {
                space = space with { GracePeriod = Amounts.TryParseTime(text, out var time) ? time : throw new CommandException(ExitCodes.Usage, $"--grace {text} is no time. Write 0, 30m, 72h or 14d.") };
            }

            string folder = Path.GetFullPath(parsed.GetRequiredValue(data));
            if (!File.Exists(Path.Combine(folder, "format")))
            {
                throw new CommandException(ExitCodes.Usage, $"{folder} holds no store. Name the folder that provenance store --data was given.");
            }

            var report = await RunAsync(folder, space, parsed.GetValue(dryRun), cancellationToken);
            if (parsed.GetValue(output) is OutputFormat.Json)
            {
                Console.WriteLine(JsonSerializer.Serialize(CollectionRecord.Of(report), JsonOutput.Indented.CollectionRecord));
            }
            else
            {
                CollectionView.Write(Terminal.Open(), report);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<CollectionReport> RunAsync(string folder, SpaceOptions space, bool isDryRun, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddArtifactStore(new ArtifactStoreOptions { Folder = folder, Space = space })
            .AddCaches()
            .BuildServiceProvider();
        var progress = Console.IsErrorRedirected ? null : new CollectionLine(Console.Error);
        var report = await services.GetRequiredService<ISpace>().CollectAsync(isDryRun, progress, cancellationToken);
        progress?.End();
        return report;
    }
}
