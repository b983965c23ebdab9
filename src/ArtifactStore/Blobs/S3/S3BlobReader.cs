using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>Reads an object, hashing what it reads, since a service may lie.</summary>
internal sealed class S3BlobReader(S3Bucket bucket, S3BlobStore store, Digest digest, long size) : IBlobReader
{
    private const int VerifiedFirst = 4 * 1024 * 1024;

    // A receiver that stalls holds as much of the server's buffers as one write has, for as long as the server waits for that write.
    private const int FlushSize = 64 * 1024;

    /// <inheritdoc/>
    public Digest Digest => digest;

    /// <inheritdoc/>
    public long Size => size;

    /// <inheritdoc/>
    public async Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, size - offset);
        if (count == 0 && size > 0)
        {
            return;
        }

        if (size <= VerifiedFirst)
        {
            byte[] content = await ReadAllAsync(VerifiedFirst, cancellationToken).ConfigureAwait(false);
            for (var rest = content.AsMemory((int)offset, (int)count); rest.Length > 0; rest = rest[Math.Min(FlushSize, rest.Length)..])
            {
                if ((await destination.WriteAsync(rest[..Math.Min(FlushSize, rest.Length)], cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }

            return;
        }

        using var hash = count == size ? IncrementalHash.CreateHash(digest.Algorithm.HashName) : null;
        await StreamAsync(destination, offset, count, hash, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAllAsync(int maximumSize, CancellationToken cancellationToken)
    {
        if (size > maximumSize)
        {
            throw new BlobException("SIZE_INVALID", $"Blob {digest} has {size} bytes; at most {maximumSize} are read into memory.");
        }

        byte[] content = new byte[size];
        if (size > 0)
        {
            using var response = await OpenAsync(0, size, cancellationToken).ConfigureAwait(false);
            for (int filled = 0; filled < content.Length;)
            {
                filled += await ReadAsync(response.ResponseStream, content.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            }
        }

        Require(Digest.Of(digest.Algorithm, content) == digest);
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each read has a request of its own.
    }

    private async Task StreamAsync(PipeWriter destination, long offset, long count, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(offset, count, cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FlushSize);
        try
        {
            for (long remaining = count; remaining > 0;)
            {
                var memory = buffer.AsMemory(0, (int)Math.Min(buffer.Length, remaining));
                int read = await ReadAsync(response.ResponseStream, memory, cancellationToken).ConfigureAwait(false);
                hash?.AppendData(memory.Span[..read]);
                remaining -= read;

                // The last piece stays here unless the whole is right: a receiver that counts bytes never takes a corrupt blob for complete.
                Require(remaining > 0 || hash is null || Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()) == digest);
                if ((await destination.WriteAsync(memory[..read], cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Amazon.S3.Model.GetObjectResponse> OpenAsync(long offset, long count, CancellationToken cancellationToken)
    {
        var response = await bucket.OpenAsync(digest, offset, count, cancellationToken).ConfigureAwait(false);
        if (response is null)
        {
            store.Forget(digest);
            throw new StorageUnavailableException($"Cannot read {digest}: the bucket no longer holds it. Push it again.");
        }

        // Another length than was asked for is no answer to the question, whatever its bytes are.
        if (response.ContentLength != count)
        {
            response.Dispose();
            Require(intact: false);
        }

        return response;
    }

    private async ValueTask<int> ReadAsync(Stream stream, Memory<byte> memory, CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(bucket.IdleTimeout);
        try
        {
            int read = await stream.ReadAsync(memory, idle.Token).ConfigureAwait(false);
            return read > 0 ? read : throw new StorageUnavailableException($"Cannot read {digest}: the bucket breaks off before its end. Try again.");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException($"Cannot read {digest}: the bucket sent nothing for {bucket.IdleTimeout.TotalSeconds:0} seconds. Try again.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException and not StorageUnavailableException)
        {
            throw new StorageUnavailableException($"Cannot read {digest}: the bucket breaks off before its end. Try again.", exception);
        }
    }

    private void Require(bool intact)
    {
        if (!intact)
        {
            store.Suspect(digest);
            throw new BlobException(BlobException.Corrupted, $"What the bucket gives for {digest} does not hash to it. Push the blob again, and check the service.");
        }
    }
}
