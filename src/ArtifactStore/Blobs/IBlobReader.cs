using System.IO.Pipelines;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>An open blob. Whole reads are hashed again: content that does not match its digest is never delivered in full.</summary>
public interface IBlobReader : IDisposable
{
    /// <summary>The digest the blob is stored under.</summary>
    Digest Digest { get; }

    /// <summary>The size in bytes.</summary>
    long Size { get; }

    /// <summary>
    /// Copies <paramref name="count"/> bytes from <paramref name="offset"/>. Blobs of at most 4 MiB are verified before the first byte
    /// is written; of larger ones read whole, the last piece is written only after the hash has been found right.
    /// </summary>
    /// <exception cref="BlobException">Code <c>BLOB_CORRUPTED</c>: the stored bytes do not hash to the digest.</exception>
    Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken);

    /// <summary>Reads the whole, verified blob into memory.</summary>
    /// <exception cref="BlobException">The blob is corrupt, or has more than <paramref name="maximumSize"/> bytes.</exception>
    Task<byte[]> ReadAllAsync(int maximumSize, CancellationToken cancellationToken);
}
