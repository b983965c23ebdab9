using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>Keeps bytes by their digest. A blob is either wholly stored, durable and right, or it does not exist.</summary>
/// <remarks>Methods throw <see cref="BlobException"/> for content that is refused and <see cref="IOException"/> when the storage fails.</remarks>
public interface IBlobStore
{
    /// <summary>The size of a blob in bytes; null where it is not stored or is known to be corrupt, so that it may be written again.</summary>
    ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading; null where it is not stored.</summary>
    ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>
    /// Stores what the stream holds, provided that it hashes to <paramref name="expected"/> and has at most
    /// <paramref name="maximumSize"/> bytes. Returns false where the blob was there already; the content is checked all the same.
    /// </summary>
    Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken) =>
        WriteAsync(expected, content, maximumSize, [], cancellationToken);

    /// <summary>Stores what the stream holds, and with it changes keys: all of that or nothing.</summary>
    Task<bool> WriteAsync(
        Digest expected, Stream content, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken);

    /// <summary>Removes a blob; false where it was not stored.</summary>
    Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken);
}
