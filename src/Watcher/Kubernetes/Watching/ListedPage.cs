using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>A page of a list, together with its bytes.</summary>
internal sealed class ListedPage(PooledBytes bytes) : IDisposable
{
    public ListPage Parsed { get; } = new();

    public ReadOnlyMemory<byte> Bytes => bytes.Content;

    public void Dispose() => bytes.Dispose();
}
