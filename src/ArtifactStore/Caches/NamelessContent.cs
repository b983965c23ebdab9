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

    /// <summary>Reads the stream to its end and returns the digest that it is stored under.</summary>
    /// <exception cref="BlobException">Code <c>SIZE_INVALID</c>: more than <paramref name="maximumSize"/> bytes.</exception>
    public async Task<Digest> StoreAsync(Stream content, long maximumSize, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(InMemory);
        try
        {
            int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == buffer.Length)
            {
                return await StageAsync(buffer, content, maximumSize, cancellationToken).ConfigureAwait(false);
            }

            var digest = Digest.Of(buffer.AsSpan(0, read));
            using var whole = new MemoryStream(buffer, 0, read, writable: false);
            await blobs.WriteAsync(digest, whole, maximumSize, cancellationToken).ConfigureAwait(false);
            return digest;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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
