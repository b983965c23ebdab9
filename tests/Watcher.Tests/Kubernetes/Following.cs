using System.Text;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;
using Provenance.Watcher.Kubernetes.Watching;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Kubernetes;

/// <summary>A follower of task runs on a stub server, with short waits.</summary>
internal sealed class Following : IAsyncDisposable
{
    private readonly KubernetesApi api;
    private readonly CancellationTokenSource stop = new();

    public Following(StubApiServer server, FollowOptions? options = null, RecordingHandler? handler = null, string? @namespace = null, TimeProvider? time = null)
    {
        Handler = handler ?? new RecordingHandler();
        api = KubernetesApi.Connect(ClusterConfiguration.Anonymous(server.Uri), options ?? Pages, Observer, time ?? TimeProvider.System);
        Task = api.FollowAsync(Resource, @namespace, Handler, stop.Token);
    }

    public static RunResource Resource { get; } = new() { Group = "tekton.dev", Versions = ["v1", "v1beta1"], Plural = "taskruns", Kind = "TaskRun" };

    /// <summary>Pages only, and hardly a wait.</summary>
    public static FollowOptions Pages { get; } = new()
    {
        StreamLists = false,
        FirstDelay = TimeSpan.FromMilliseconds(5),
        LongestDelay = TimeSpan.FromMilliseconds(20),
        UnservedDelay = TimeSpan.FromMilliseconds(20),
    };

    public static FollowOptions Streams { get; } = Pages with { StreamLists = true };

    public RecordingHandler Handler { get; }

    public RecordingObserver Observer { get; } = new();

    public Task Task { get; }

    public static void Store(StubResource runs, string name, string @namespace = "ns", int padding = 0) =>
        runs.Store(@namespace, name, version => Encoding.UTF8.GetBytes(
            $$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{@namespace}}}","resourceVersion":"{{{version}}}"},"spec":{"text":"ü{{{new string('x', padding)}}}"} }"""));

    /// <summary>Waits until the handler was told all of this, in this order, and nothing else.</summary>
    public async Task ToldAsync(params string[] calls)
    {
        await Eventually.HoldsAsync(() => Handler.Calls.Count >= calls.Length || Task.IsCompleted, Describe);
        Handler.Calls.Should().Equal(calls, Describe());
    }

    public Task UntilAsync(Func<bool> condition) => Eventually.HoldsAsync(() => condition() || Task.IsCompleted, Describe);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.ContinueWith(static _ => { }, TaskScheduler.Default);
        await api.DisposeAsync();
        stop.Dispose();
    }

    private string Describe() => string.Join("; ", [.. Handler.Calls, .. Observer.Requests, .. Observer.Troubles, Task.Exception?.ToString() ?? ""]);
}
