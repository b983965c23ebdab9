using System.CommandLine;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.Attestor.Attesting;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance attest RUN_FILE|-</c>: every run of a file or of standard input, once.</summary>
internal sealed class AttestCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Argument<string> file = new("RUN_FILE") { Description = "Completed runs, YAML or JSON; - reads standard input" };
    private readonly SigningOptions signing = new();
    private readonly AttestingOptions attesting = new();
    private readonly Option<string?> bundle = new("--bundle") { Description = "Write the signed bundle to this file, or one per run into this folder; to a registry as well only with --repository or --beside-subject", HelpName = "PATH" };
    private readonly Option<OutputFormat> output = CommonOptions.Output();

    public static Command Create()
    {
        var options = new AttestCommand();
        var command = new Command("attest", "Attest completed runs and store the attestations with their subjects")
        {
            options.file, options.bundle, options.output,
        };
        options.signing.AddTo(command);
        options.attesting.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string source = parsed.GetRequiredValue(file);
        string builderId = attesting.BuilderId(parsed)
            ?? throw new CommandException(ExitCodes.Usage, $"Which platform instance built? Give its URI: --builder-id https://ci.example.com/provenance/prod (or ${AttestingOptions.BuilderIdVariable}).");
        var bundles = parsed.GetValue(bundle) is { } path ? new BundleFiles(path) : null;

        // A bundle file alone needs no registry; otherwise an attestation belongs beside its image.
        var destination = attesting.Destination(parsed) ?? (bundles is null ? new AttestationDestination { BesideImages = true } : null);
        var attestorOptions = AttestingOptions.Checked(builderId) with { Destination = destination };
        var documents = await ReadAsync(source, cancellationToken);
        using var opened = await signing.OpenAsync(parsed, cancellationToken);
        await using var services = Services.ForAttesting(attestorOptions, opened.Signer, attesting.MappedKinds(parsed));
        var delivery = new RunDelivery(services.GetRequiredService<IMediator>(), attesting.Collect(parsed), attestedRuns: null, TimeProvider.System);
        var lines = new RunLines(parsed.GetValue(output) is OutputFormat.Json, Terminal.Open());
        var children = new ChildRuns(documents);
        var collected = new List<CollectedRun>();
        foreach (var document in documents)
        {
            var run = await delivery.CollectAsync(document, children, cancellationToken);
            if (!run.IsCompanion)
            {
                collected.Add(run);
            }
        }

        bundles?.Expect(collected.Count(static c => c.Run is not null));
        foreach (var run in collected)
        {
            var report = await delivery.DeliverAsync(run, Patience, cancellationToken);
            if (bundles is not null && report.SignedBundle is { } signed)
            {
                string written = bundles.Write(run.Identity!, signed);
                await Console.Error.WriteLineAsync(HarmlessText.LineOf($"{run.DisplayName}: {written}"));
            }

            lines.Report(report);
        }

        return collected.Count is 0 ? throw new CommandException(ExitCodes.Usage, $"{(source is "-" ? "Standard input" : source)} holds no run.")
            : lines.Count(DeliveryOutcome.Failed) > 0 ? ExitCodes.Error
            : lines.Count(DeliveryOutcome.NotAttested) > 0 ? ExitCodes.Failed
            : ExitCodes.Success;
    }

    private static async Task<IReadOnlyList<RunDocument>> ReadAsync(string source, CancellationToken cancellationToken)
    {
        if (source is "-")
        {
            await using var input = Console.OpenStandardInput();
            return await DocumentReader.ReadAsync("standard input", input, cancellationToken);
        }

        if (!File.Exists(source))
        {
            throw new CommandException(ExitCodes.Usage, Directory.Exists(source) ? $"{source} is a folder: name a file, or follow the folder with provenance up." : $"There is no file {source}.");
        }

        await using var file = File.OpenRead(source);
        return await DocumentReader.ReadAsync(source, file, cancellationToken);
    }
}
