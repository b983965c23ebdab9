using System.Security.Cryptography;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;

namespace Provenance.Bench.Watch;

/// <summary>A cluster and a registry in this process, and what a watcher needs to be pointed at them.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WatcherSettings settings;
    private readonly TaskRunTemplate completed;
    private readonly TaskRunTemplate running;

    private BenchCluster(WatcherSettings settings, StubApiServer api, MemoryRegistry registry, TaskRunTemplate completed, TaskRunTemplate running)
    {
        (this.settings, Api, Registry, this.completed, this.running) = (settings, api, registry, completed, running);
        TaskRuns = api.Serve("tekton.dev", "v1", "taskruns");
        api.Serve("tekton.dev", "v1", "pipelineruns");
        api.Serve("coordination.k8s.io", "v1", "leases");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["key.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(folder["kubeconfig"], $$$"""
            apiVersion: v1
            kind: Config
            current-context: bench
            clusters: [{name: bench, cluster: {server: "{{{api.Uri}}}"}}]
            contexts: [{name: bench, context: {cluster: bench, user: bench}}]
            users: [{name: bench, user: {}}]
            """);
    }

    public StubApiServer Api { get; }

    public MemoryRegistry Registry { get; }

    public StubResource TaskRuns { get; }

    /// <summary>Starts a cluster with runs that were over before anybody watched.</summary>
    public static async Task<BenchCluster> StartAsync(WatcherSettings settings, int waiting, CancellationToken cancellationToken)
    {
        var cluster = new BenchCluster(
            settings,
            await StubApiServer.StartAsync(),
            await MemoryRegistry.StartAsync(cancellationToken),
            await TaskRunTemplate.CompletedAsync(cancellationToken),
            await TaskRunTemplate.RunningAsync(cancellationToken));
        for (int i = 0; i < waiting; i++)
        {
            int number = i;
            cluster.TaskRuns.Store(TaskRunTemplate.Namespace, TaskRunTemplate.NameOf(number), version => cluster.completed.Render(number, version), isLogged: false);
        }

        return cluster;
    }

    /// <summary>Starts a watcher with a journal of its own.</summary>
    public WatcherProcess Watch(string name, params string[] more) => WatcherProcess.Start(
        [
            "--kubeconfig", folder["kubeconfig"], "--key", folder["key.pem"], "--builder-id", "https://ci.example.com/provenance/bench",
            "--repository", $"{Registry.Address}/attestations", "--data", folder[name], "--quiet", "--cluster-id", "bench", .. more,
        ],
        settings.Environment);

    /// <summary>Stores a run that goes on.</summary>
    public void Begin(int number) => TaskRuns.Store(TaskRunTemplate.Namespace, TaskRunTemplate.NameOf(number), version => running.Render(number, version));

    /// <summary>Stores the run as over.</summary>
    public void Complete(int number) => TaskRuns.Store(TaskRunTemplate.Namespace, TaskRunTemplate.NameOf(number), version => completed.Render(number, version));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Registry.DisposeAsync();
        folder.Dispose();
    }
}
