using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Provenance.Attestor.Attesting;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Watching;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance watch</c>: attests every run of a cluster as it completes.</summary>
internal sealed class WatchCommand
{
    private readonly Option<string?> kubeconfig = new("--kubeconfig") { Description = "The cluster; inside a pod its own, else that of $KUBECONFIG or ~/.kube/config", HelpName = "FILE" };
    private readonly Option<string?> context = new("--context") { Description = "The context of the kubeconfig", HelpName = "NAME" };
    private readonly Option<string[]> namespaces = new("--namespace") { Description = "Watch this namespace only; may be given several times", HelpName = "NAME", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> platforms = new("--platform") { Description = "What to watch; may be given several times", HelpName = "NAME", DefaultValueFactory = static _ => ["tekton"] };
    private readonly SigningOptions signing = new();
    private readonly Option<string> data = WatchData.Option();
    private readonly Option<string> listen = new("--listen") { Description = "Where /healthz, /readyz and /metrics are served", HelpName = "ADDRESS:PORT", DefaultValueFactory = static _ => "127.0.0.1:9464" };
    private readonly Option<int> shards = new("--shards") { Description = "Into how many shards replicas divide the runs", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private readonly Option<string?> leaseNamespace = new("--lease-namespace") { Description = "Share the work with other replicas by leases in this namespace", HelpName = "NAME" };
    private readonly Option<string?> identity = new("--identity") { Description = "What this replica is called; the host's name if nothing is said", HelpName = "NAME" };
    private readonly Option<int> leaseSeconds = new("--lease-seconds") { Description = "After how long a replica that fell silent is succeeded", HelpName = "N", DefaultValueFactory = static _ => 12 };
    private readonly Option<RunMarkOption> mark = new("--mark") { Description = "none (the default): nothing is written to runs; digest: one annotation with the statement's digest", HelpName = "none|digest" };
    private readonly Option<RunGuardOption> guard = new("--guard") { Description = "Keep runs from being deleted before they are dealt with, by a finalizer; none by default", HelpName = "none|auto|finalizer" };
    private readonly Option<string?> clusterId = new("--cluster-id") { Description = "The first part of every run's identity; the UID of the namespace kube-system if nothing is said", HelpName = "ID" };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be attested: nothing is signed, stored or written" };
    private readonly Option<bool> quiet = new("--quiet") { Description = "No line a run, only what needs attention" };
    private readonly AttestingOptions attesting = new();
    private readonly Option<OutputFormat> output = CommonOptions.Output();

    public static Command Create()
    {
        var options = new WatchCommand();
        var command = new Command("watch", "Watch a Kubernetes cluster and attest every run as it completes")
        {
            options.kubeconfig, options.context, options.namespaces, options.platforms, options.data, options.listen, options.shards,
            options.leaseNamespace, options.identity, options.leaseSeconds, options.mark, options.guard, options.clusterId, options.dryRun, options.quiet, options.output,
        };
        options.signing.AddTo(command);
        options.attesting.AddTo(command);
        WatchStatusCommand.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        bool json = parsed.GetValue(output) is OutputFormat.Json;
        var console = Terminal.Open(json ? Console.Error : Console.Out);
        string builderId = attesting.BuilderId(parsed)
            ?? throw new CommandException(ExitCodes.Usage, $"Which platform instance builds here? Give its URI: --builder-id https://ci.example.com/provenance/prod (or ${AttestingOptions.BuilderIdVariable}).");
        var attestorOptions = AttestingOptions.Checked(builderId) with { Destination = attesting.Destination(parsed) ?? new AttestationDestination { BesideImages = true } };
        var endpoint = Endpoint(parsed.GetRequiredValue(listen));
        using var opened = await signing.OpenAsync(parsed, cancellationToken);
        var bundleSigner = opened.Signer;
        await using var services = Services.ForWatching(attestorOptions, bundleSigner, attesting.MappedKinds(parsed));
        var watchOptions = Options(parsed, attestorOptions);
        var kinds = Kinds(parsed, services.GetServices<IRunKind>());
        var reporter = new WatchReporter(new RunLines(json, console), console, parsed.GetValue(quiet));
        await using var api = KubernetesApi.Connect(Cluster(parsed), reporter, TimeProvider.System);
        await using var watch = await RunWatch.OpenAsync(
            watchOptions, api, kinds, services.GetRequiredService<AttestationPublisher>(), bundleSigner, reporter, reporter, TimeProvider.System, cancellationToken);
        reporter.OnUnserved = watch.Unserved;
        await using var server = await WatchServer.StartAsync(endpoint, watch, reporter, watchOptions.Sharding?.Count ?? 1, cancellationToken);
        console.WriteLine($"signing     {bundleSigner.Name}");
        console.WriteLine($"watching    {string.Join(", ", kinds.SelectMany(static k => k.Resources))}{(watchOptions.DryRun ? "  (dry run: nothing is signed or stored)" : "")}");
        console.WriteLine($"serving     {server.Urls.First()}  (/healthz, /readyz, /metrics)");
        try
        {
            await watch.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.WriteLine("stopped");
        }

        return ExitCodes.Success;
    }

    private RunWatchOptions Options(ParseResult parsed, AttestorOptions attestorOptions)
    {
        int count = parsed.GetValue(shards);
        int seconds = parsed.GetValue(leaseSeconds);
        if (count is < 1 or > 16 || seconds is < 3 or > 300)
        {
            throw new CommandException(ExitCodes.Usage, "--shards is between 1 and 16, --lease-seconds between 3 and 300.");
        }

        return new RunWatchOptions
        {
            JournalFolder = WatchData.JournalOf(parsed.GetRequiredValue(data)),
            Collect = attesting.Collect(parsed),
            BuilderId = attestorOptions.BuilderId,
            Destination = attestorOptions.Destination!,
            Namespaces = parsed.GetRequiredValue(namespaces),
            Cluster = parsed.GetValue(clusterId),
            Mark = parsed.GetValue(mark),
            Guard = parsed.GetValue(guard),
            DryRun = parsed.GetValue(dryRun),
            Sharding = parsed.GetValue(leaseNamespace) is { } leases
                ? new ShardingOptions { Namespace = leases, Identity = parsed.GetValue(identity) ?? Environment.MachineName, Count = count, LeaseDuration = TimeSpan.FromSeconds(seconds) }
                : null,
        };
    }

    private List<IRunKind> Kinds(ParseResult parsed, IEnumerable<IRunKind> known)
    {
        var all = known.Where(static k => k.Resources.Count > 0).ToList();
        var chosen = parsed.GetRequiredValue(platforms);
        return chosen.FirstOrDefault(c => !all.Exists(k => k.Platform == c)) is { } unknown
            ? throw new CommandException(ExitCodes.Usage, $"--platform {unknown} is not known. Known are {string.Join(", ", all.Select(static k => k.Platform).Distinct())}.")
            : all.FindAll(k => chosen.Contains(k.Platform));
    }

    private ClusterConfiguration Cluster(ParseResult parsed)
    {
        string? file = parsed.GetValue(kubeconfig);
        return file is null && parsed.GetValue(context) is null && InClusterConfiguration.IsAvailable
            ? InClusterConfiguration.Load(TimeProvider.System)
            : KubeConfigurationLoader.Load(file, parsed.GetValue(context), TimeProvider.System);
    }

    private static IPEndPoint Endpoint(string text) => IPEndPoint.TryParse(text, out var endpoint)
        ? endpoint
        : throw new CommandException(ExitCodes.Usage, string.Create(CultureInfo.InvariantCulture, $"--listen {text} is no address and port, such as 127.0.0.1:9464 or 0.0.0.0:9464."));
}
