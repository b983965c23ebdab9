using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Space;

/// <summary>Keeps blobs from being removed until it is disposed.</summary>
internal sealed class BlobHold(BlobLeases leases, IReadOnlyCollection<Digest> digests) : IDisposable
{
    private int ended;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref ended, 1) is 0)
        {
            leases.End(digests);
        }
    }
}
