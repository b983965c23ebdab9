using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes.Connecting;

/// <summary>A Kubernetes API server, reached over HTTP.</summary>
public sealed class KubernetesApi : IKubernetesApi, IAsyncDisposable
{
    /// <summary>Prepares connections; nothing is sent yet.</summary>
    public static KubernetesApi Connect(ClusterConfiguration configuration, IApiObserver observer, TimeProvider time) =>
        throw new NotImplementedException($"{configuration} {observer} {time}");

    /// <inheritdoc/>
    public Task FollowAsync(RunResource resource, string? @namespace, IObjectHandler handler, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(ObjectAddress address, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]> CreateAsync(ObjectAddress collection, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]> ReplaceAsync(ObjectAddress address, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]?> MergePatchAsync(ObjectAddress address, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]?> ApplyAsync(ObjectAddress address, string fieldManager, bool force, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
