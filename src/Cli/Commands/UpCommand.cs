using System.CommandLine;
using System.Globalization;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signing;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Folders;
using Provenance.Watcher.Runs;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance up [RUNS_FOLDER]</c>: store, watcher and attestor in one process.</summary>
internal sealed class UpCommand
{
    private const int DefaultPort = 5000;

    private readonly Argument<string?> runs = new("RUNS_FOLDER") { Description = "A folder of run files, YAML or JSON; watched for new ones", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> once = new("--once") { Description = "End when every run of the folder is dealt with" };
    private readonly Option<int> port = new("--port") { Description = "The port of 127.0.0.1 to serve on; 0 takes a free one", DefaultValueFactory = static _ => DefaultPort, HelpName = "N" };
    private readonly SigningOptions signing = new("one is made in the data folder if nothing is said of who signs");
    private readonly Option<string> data = CommonOptions.Data();
    private readonly AttestingOptions attesting = new();
    private readonly Option<OutputFormat> output = CommonOptions.Output();

    public static Command Create()
    {
        var options = new UpCommand();
        var command = new Command("up", "Run it all in one process: registry, content-addressed store, watcher and attestor on 127.0.0.1")
        {
            options.runs, options.once, options.port, options.data, options.output,
        };
        options.signing.AddTo(command);
        options.attesting.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        bool json = parsed.GetValue(output) is OutputFormat.Json;
        bool endWhenDone = parsed.GetValue(once);
        var (folder, chosenPort) = ReadArguments(parsed);
        attesting.Require(parsed);

        // Whoever reads standard output as JSON gets nothing else there.
        var console = Terminal.Open(json ? Console.Error : Console.Out);
        var layout = new DataLayout(parsed.GetRequiredValue(data));
        layout.Create();
        var identity = signing.IsKeyless(parsed)
            ? Installation.OpenWithoutKey(layout, attesting.BuilderId(parsed), console)
            : await Installation.OpenAsync(layout, signing.Key(parsed), attesting.BuilderId(parsed), console, cancellationToken);
        using var key = identity.Key;
        var own = await OwnIdentity.FindAsync(layout, cancellationToken);
        var trusted = OwnIdentity.Trusted(layout, key is null ? null : [key.Signer.PublicKey, .. await key.Signer.FindEarlierKeysAsync(cancellationToken)], own);
        using var opened = key is null ? signing.WithoutKey(parsed) : signing.WithKey(parsed, trusted.Follow(key.Signer));
        if (opened.Signer is KeylessBundleSigner keyless)
        {
            trusted = new FollowedIdentity(layout, keyless, signing.NamedRoot(parsed), own).Trusted;
        }

        if (key is null)
        {
            console.WriteLine($"signing     {opened.Signer.Name}");
        }

        var attestorOptions = AttestingOptions.Checked(identity.BuilderId);
        await using var server = await StoreServer.StartAsync(layout, chosenPort, trusted, cancellationToken);
        await identity.PublishKeyAsync(layout, cancellationToken);
        await server.AnnounceAsync(layout, cancellationToken);
        console.WriteLine($"serving     {server.Address}  (OCI registry, /cas/, /lookup/, /readyz; data in {layout.Folder})");
        attestorOptions = attestorOptions with { Destination = Destination(parsed, server.Registry) };
        var lines = new RunLines(json, console);
        bool held = true;
        try
        {
            if (folder is not null)
            {
                var collect = attesting.Collect(parsed);
                await using var services = Services.ForAttesting(attestorOptions, opened.Signer, attesting.MappedKinds(parsed));
                using var attestedRuns = AttestedRuns.Open(layout.AttestedRuns, Profile(key?.Signer.PublicKey, opened.Signer, attestorOptions, collect), server.Registry);
                var delivery = new RunDelivery(services.GetRequiredService<IMediator>(), collect, attestedRuns, TimeProvider.System);
                var source = new FolderRunSource(folder);
                console.WriteLine($"watching    {source.FullPath}");
                var tour = new Tour(
                    console, server, layout, new ProofOfSigner(layout.PublicKey, opened.Signer as KeylessBundleSigner, signing.NamedRoot(parsed)), services.GetRequiredService<IRegistryClient>(), services.GetRequiredService<IMediator>());
                await new FolderDelivery(source, delivery, lines, TimeProvider.System).RunAsync(
                    follow: !endWhenDone,
                    async () =>
                    {
                        console.WriteLine();
                        console.WriteLine(Summary(lines));
                        held = await tour.ShowAsync(lines.Attested, staysUp: !endWhenDone, cancellationToken);
                    },
                    cancellationToken);
            }
            else if (!endWhenDone)
            {
                await StoreServer.ServeAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.WriteLine("stopped");
        }
        finally
        {
            File.Delete(layout.Address);
        }

        return !held ? ExitCodes.Failed : endWhenDone && lines.Count(DeliveryOutcome.Failed) > 0 ? ExitCodes.Error : ExitCodes.Success;
    }

    private (string? Folder, int Port) ReadArguments(ParseResult parsed)
    {
        string? folder = parsed.GetValue(runs);
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new CommandException(ExitCodes.Usage, $"{(File.Exists(folder) ? $"{folder} is a file" : $"There is no folder {folder}")}. Name a folder of run files, or none to serve only.");
        }

        int chosenPort = parsed.GetValue(port);
        return chosenPort is >= 0 and <= 65535
            ? (folder, chosenPort)
            : throw new CommandException(ExitCodes.Usage, $"--port {chosenPort} is no port; it is between 0 and 65535.");
    }

    private static string Summary(RunLines lines) => string.Create(
        CultureInfo.InvariantCulture,
        $"{lines.Total} runs: {lines.Count(DeliveryOutcome.Attested)} attested, {lines.Count(DeliveryOutcome.AlreadyAttested)} already attested, {lines.Count(DeliveryOutcome.NotAttested)} not attested (the reason is beside each), {lines.Count(DeliveryOutcome.Failed)} failed");

    /// <summary>
    /// Where nothing else is said, our own registry stands in for every other: images under their own names, all else in one repository.
    /// </summary>
    private AttestationDestination Destination(ParseResult parsed, string ownRegistry)
    {
        var embedded = new AttestationDestination { Repository = Reference.Parse($"{ownRegistry}/attestations"), MirrorRegistry = ownRegistry };
        return attesting.Destination(parsed) switch
        {
            null => embedded,
            { Repository: null } beside => embedded with { BesideImages = beside.BesideImages },
            var chosen => chosen,
        };
    }

    /// <summary>What makes an attestation another one; the port of our own registry does not.</summary>
    private static string Profile(VerificationKey? key, IBundleSigner signer, AttestorOptions options, CollectOptions collect) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join(
        '\n',
        signer is KeyBundleSigner ? key!.Fingerprint : $"{key?.Fingerprint ?? "no key"} witnessed by {string.Join(", ", signer.Services)}",
        options.BuilderId,
        collect.BuildType,
        collect.ChainsDeepInspection,
        options.Destination!.BesideImages,
        options.Destination.MirrorRegistry is null ? options.Destination.Repository : "embedded"))).Hex[..16];
}
