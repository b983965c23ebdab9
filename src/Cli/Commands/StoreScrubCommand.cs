using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Serving;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance store scrub</c>: reads all blobs of a store that does not run again.</summary>
internal static class StoreScrubCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder of the content; no store may be running on it", HelpName = "DIR", DefaultValueFactory = static _ => Path.Combine(DataLayout.DefaultFolder, "store") };
        var config = new Option<string?>("--config") { Description = "The store's YAML file: from its upstreams corrupt blobs are brought anew", HelpName = "FILE" };
        var rate = new Option<string>("--rate") { Description = "How much is read in a second, at most", HelpName = "AMOUNT/s", DefaultValueFactory = static _ => "100MB/s" };
        var output = CommonOptions.Output();
        var command = new Command("scrub", "Read all blobs again, name those that are corrupt, and bring them anew where an upstream has them") { data, config, rate, output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(data), StoreFile.Load(parsed.GetValue(config)), parsed.GetRequiredValue(rate), parsed.GetValue(output), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string data, StoreSettings settings, string rate, OutputFormat output, CancellationToken cancellationToken)
    {
        long bytesPerSecond = Quantity.ReadRate(rate) ?? throw new CommandException(ExitCodes.Usage, $"--rate {rate} is no amount of bytes a second, such as 100MB/s.");
        string folder = Path.GetFullPath(data);
        if (settings.S3 is not null)
        {
            throw new CommandException(ExitCodes.Usage, "The blobs of this store are in a bucket; only those on a disk can be scrubbed.");
        }

        if (!File.Exists(Path.Combine(folder, "format")))
        {
            throw new CommandException(ExitCodes.Usage, $"There is no store in {folder}. Name the folder that provenance store --data was given.");
        }

        await using var services = new ServiceCollection().AddArtifactStore(settings.StoreIn(folder)).BuildServiceProvider();
        var options = new ScrubOptions { BytesPerSecond = bytesPerSecond, Heal = services.GetRequiredService<IBlobHealing>().HealAsync };
        var progress = output is OutputFormat.Text && !Console.IsErrorRedirected ? new ProgressLine() : null;
        var report = await services.GetRequiredService<IBlobScrubber>().ScrubAsync(options, progress, cancellationToken);
        if (output is OutputFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(ScrubRecord.From(report), JsonOutput.Indented.ScrubRecord));
        }
        else
        {
            Write(report);
        }

        return report.Unnamed is 0 && report.Corrupted.All(static blob => blob.IsHealed) ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static void Write(ScrubReport report)
    {
        foreach (var blob in report.Corrupted)
        {
            Console.WriteLine($"{(blob.IsHealed ? "healed  " : "corrupt ")} {blob.Digest}");
        }

        Console.WriteLine($"read {report.Blobs} blobs, {report.Bytes} bytes: {report.Corrupted.Count} corrupt, {report.Corrupted.Count(static blob => blob.IsHealed)} of them healed");
        if (report.Unnamed > 0)
        {
            Console.WriteLine($"{report.Unnamed} more cannot be read, nor named");
        }

        if (report.Removed > 0)
        {
            Console.WriteLine($"removed {report.Removed} files of writes that were broken off");
        }
    }

    private sealed class ProgressLine : IProgress<ScrubProgress>
    {
        public void Report(ScrubProgress value) => Console.Error.Write($"\r{value.Blobs} of {value.Total} blobs, {value.Bytes / 1_000_000} MB, {value.Corrupted} corrupt{(value.Blobs == value.Total ? "\n" : "")}");
    }
}
