using System.IO.Pipelines;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>A blob that was found corrupt before: it says so to everybody until it is stored again.</summary>
internal sealed class CorruptBlobReader(Digest digest, long size) : IBlobReader
{
    /// <inheritdoc/>
    public Digest Digest => digest;

    /// <inheritdoc/>
    public long Size => size;

    /// <summary>The fault of a blob whose bytes do not hash to its name.</summary>
    public static BlobException Fault(Digest digest) =>
        new(BlobException.Corrupted, $"The stored bytes of {digest} do not hash to it. Push the blob again, and check the disk.");

    /// <inheritdoc/>
    public Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken) => throw Fault(digest);

    /// <inheritdoc/>
    public Task<byte[]> ReadAllAsync(int maximumSize, CancellationToken cancellationToken) => throw Fault(digest);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is open.
    }
}
