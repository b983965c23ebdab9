using System.Buffers;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Caches;

/// <summary>Stores content whose digest its sender does not tell. What breaks off leaves nothing behind.</summary>
internal sealed class NamelessContent(IBlobStore blobs, IBlobUploads uploads)
{
    private const string Owner = "cache";
    private const int InMemory = 1024 * 1024;
    private const int InMemoryUnannounced = 64 * 1024;

    /// <summary>Reads the stream to its end and returns the digest that it is stored under.</summary>
    /// <param name="content">The content.</param>
    /// <param name="announced">How many bytes its sender has announced. What is small by that is stored without a detour.</param>
    /// <param name="maximumSize">The most bytes to take.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <exception cref="BlobException">Code <c>SIZE_INVALID</c>: more than <paramref name="maximumSize"/> bytes.</exception>
    public async Task<Digest> StoreAsync(Stream content, long? announced, long maximumSize, CancellationToken cancellationToken)
    {
        // One byte more than announced: a buffer that is not full means that the content is whole.
        int size = (int)Math.Min(announced ?? (InMemoryUnannounced - 1), InMemory - 1) + 1;
        byte[] array = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var buffer = array.AsMemory(0, size);
            int read = await content.ReadAtLeastAsync(buffer, size, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == size)
            {
                return await StageAsync(buffer, content, maximumSize, cancellationToken).ConfigureAwait(false);
            }

            var digest = Digest.Of(array.AsSpan(0, read));
            using var whole = new MemoryStream(array, 0, read, writable: false);
            await blobs.WriteAsync(digest, whole, maximumSize, cancellationToken).ConfigureAwait(false);
            return digest;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private async Task<Digest> StageAsync(ReadOnlyMemory<byte> beginning, Stream rest, long maximumSize, CancellationToken cancellationToken)
    {
        string id = await uploads.StartAsync(Owner, cancellationToken).ConfigureAwait(false);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var content = new HashedStream(beginning, rest, hash, maximumSize);
            await uploads.AppendAsync(Owner, id, range: null, content, cancellationToken).ConfigureAwait(false);
            var digest = Digest.FromHash(DigestAlgorithm.Sha256, hash.GetHashAndReset());
            await uploads.CommitAsync(Owner, id, digest, cancellationToken).ConfigureAwait(false);
            return digest;
        }
        catch
        {
            // Nobody knows the id: the upload would count until it expires.
            await uploads.CancelAsync(Owner, id, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }
}
