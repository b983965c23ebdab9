using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Testing.Registries;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;
using Provenance.Watcher.Observing;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton;
using Provenance.Watcher.Tests.Kubernetes;
using Provenance.Watcher.Watching;

namespace Provenance.Watcher.Tests.Watching;

/// <summary>A stub API server, the real registry, and a watch between them.</summary>
internal sealed class WatchedCluster : IRunWatchObserver, IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RemoteRegistry client = new(new RemoteRegistryOptions { Attempts = 1 }, TimeProvider.System);
    private readonly List<(KubernetesApi Api, RunWatch Watch, CancellationTokenSource Stop, Task Running)> watches = [];
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private WatchedCluster(StubApiServer server, LoopbackRegistry registry)
    {
        (Server, Registry) = (server, registry);
        TaskRuns = server.Serve("tekton.dev", "v1", "taskruns");
        server.Serve("coordination.k8s.io", "v1", "leases");
    }

    public StubApiServer Server { get; }

    public LoopbackRegistry Registry { get; }

    public StubResource TaskRuns { get; }

    public ConcurrentQueue<DeliveryReport> Settled { get; } = new();

    public ConcurrentQueue<DeliveryReport> DeadLetters { get; } = new();

    public string JournalOf(string name) => Path.Combine(folder.Path, name);

    public static async Task<WatchedCluster> StartAsync() => new(await StubApiServer.StartAsync(), await LoopbackRegistry.StartAsync());

    public async Task<RunWatch> WatchAsync(string name = "one", Func<RunWatchOptions, RunWatchOptions>? choose = null, IRunKind? kind = null)
    {
        var observer = new RecordingObserver();
        var api = KubernetesApi.Connect(ClusterConfiguration.Anonymous(Server.Uri), observer, TimeProvider.System);
        var options = new RunWatchOptions
        {
            JournalFolder = JournalOf(name),
            BuilderId = "https://builder.example/watch",
            Destination = new AttestationDestination { Repository = Reference.Parse($"{Registry.Address}/attestations") },
            Cluster = "cluster",
        };
        var signer = new KeyBundleSigner(KeySigner.From(key));
        var watch = await RunWatch.OpenAsync(
            choose?.Invoke(options) ?? options, api, [kind ?? new TaskRunKind(TimeProvider.System)], new AttestationPublisher(client, signer), signer, this, observer, TimeProvider.System, CancellationToken.None);
        var stop = new CancellationTokenSource();
        watches.Add((api, watch, stop, watch.RunAsync(stop.Token)));
        await Eventually.HoldsAsync(() => watch.Status.NotReady.Count is 0, () => string.Join(' ', watch.Status.NotReady));
        return watch;
    }

    /// <summary>Ends the watch that was started last.</summary>
    public async Task StopAsync()
    {
        var (api, watch, stop, running) = watches[^1];
        watches.RemoveAt(watches.Count - 1);
        await stop.CancelAsync();
        await running.ContinueWith(static _ => { }, TaskScheduler.Default);
        await watch.DisposeAsync();
        await api.DisposeAsync();
        stop.Dispose();
    }

    public static Digest DigestOf(string name) => Digest.Of(Encoding.UTF8.GetBytes(name));

    public void Begin(string name) => Store(name, "\"status\":{\"conditions\":[{\"type\":\"Succeeded\",\"status\":\"Unknown\",\"reason\":\"Running\"}]}");

    public void Complete(string name, string? uri = null) => Store(name, $$$$"""
        "status":{"completionTime":"2026-03-02T10:01:07Z","conditions":[{"type":"Succeeded","status":"True","reason":"Succeeded"}],
        "steps":[{"name":"push","outputs":[{"name":"image","buildOutput":true,"values":[{"uri":"{{{{uri ?? "oci://registry.example/app"}}}}","digest":{"sha256":"{{{{DigestOf(name).Hex}}}}"}}]}]}]}
        """);

    public async Task<int> AttestationsAsync(string name) =>
        (await client.Repository(Reference.Parse($"{Registry.Address}/attestations")).FetchReferrersAsync(DigestOf(name), CancellationToken.None)).Count;

    public Task UntilAsync(Func<bool> condition) => Eventually.HoldsAsync(condition, () => $"{Settled.Count} settled, {DeadLetters.Count} dead letters");

    public void Observed(string resource, bool isBacklog)
    {
    }

    void Dispatching.IOutboxObserver.Settled(DeliveryReport report, TimeSpan? sinceCompletion, bool isBacklog) => Settled.Enqueue(report);

    public void PutAside(DeliveryReport report) => DeadLetters.Enqueue(report);

    public void Delayed(string run, string reason)
    {
    }

    public void RegistryDown(string registry, string reason)
    {
    }

    public void RegistryUp(string registry)
    {
    }

    public void SigningDown(string service, string reason)
    {
    }

    public void SigningUp(string service)
    {
    }

    public void Unreadable(string resource, string reason)
    {
    }

    public void Missed(string resource, int count)
    {
    }

    public async ValueTask DisposeAsync()
    {
        while (watches.Count > 0)
        {
            await StopAsync();
        }

        client.Dispose();
        await Server.DisposeAsync();
        await Registry.DisposeAsync();
        key.Dispose();
        folder.Dispose();
    }

    private void Store(string name, string status) => TaskRuns.Store("ns", name, version => Encoding.UTF8.GetBytes(
        $$$"""{"apiVersion":"tekton.dev/v1","kind":"TaskRun","metadata":{"name":"{{{name}}}","namespace":"ns","uid":"uid-{{{name}}}","resourceVersion":"{{{version}}}"},"spec":{"taskRef":{"name":"t"}},{{{status.ReplaceLineEndings("")}}} }"""));
}
