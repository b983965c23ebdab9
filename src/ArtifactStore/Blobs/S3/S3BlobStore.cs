using System.Collections.Concurrent;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>
/// Blobs as objects <c>PREFIXblobs/algorithm/first two characters/hex</c> of an S3-compatible service. Content is staged and hashed in
/// the data folder first, so that the service never holds what does not match its name.
/// </summary>
internal sealed class S3BlobStore(S3Bucket bucket, DataFolder folder) : IBlobStore
{
    private const int MaximumSizes = 200_000;

    // Objects that gave other bytes than their name says. They count as absent, so that a client may write them again.
    private readonly ConcurrentDictionary<Digest, bool> suspects = new();

    // What is stored does not change, so that a size once seen holds until the blob is deleted here.
    private readonly ConcurrentDictionary<Digest, long> sizes = new();

    /// <inheritdoc/>
    public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (suspects.ContainsKey(digest))
        {
            return null;
        }

        if (sizes.TryGetValue(digest, out long known))
        {
            return known;
        }

        long? size = await bucket.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false);
        if (size is { } found)
        {
            Remember(digest, found);
        }

        return size;
    }

    /// <inheritdoc/>
    public async ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken) =>
        await FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is { } size ? new S3BlobReader(bucket, this, digest, size) : null;

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken)
    {
        bool isStored = await FindSizeAsync(expected, cancellationToken).ConfigureAwait(false) is not null;
        string temporary = folder.NewTemporaryPath();
        try
        {
            long size = await StageAsync(expected, content, maximumSize, isStored ? null : temporary, cancellationToken).ConfigureAwait(false);
            if (isStored)
            {
                return false;
            }

            if (suspects.ContainsKey(expected))
            {
                await bucket.DeleteAsync(expected, cancellationToken).ConfigureAwait(false);
            }

            await bucket.PutAsync(expected, temporary, size, cancellationToken).ConfigureAwait(false);
            suspects.TryRemove(expected, out _);
            Remember(expected, size);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        Forget(digest);
        bool isSuspect = suspects.TryRemove(digest, out _);
        if (!isSuspect && await bucket.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        await bucket.DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Notes that the service gives other bytes than the name says.</summary>
    public void Suspect(Digest digest)
    {
        Forget(digest);
        suspects[digest] = true;
    }

    /// <summary>Asks the service again whether it holds a blob.</summary>
    public void Forget(Digest digest) => sizes.TryRemove(digest, out _);

    private static async Task<long> StageAsync(Digest expected, Stream content, long maximumSize, string? file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(expected.Algorithm.HashName);
        using var handle = file is null ? null : File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        long size = await StagedFile.AppendAsync(handle, offset: 0, content, maximumSize, hash, cancellationToken).ConfigureAwait(false);
        var actual = Digest.FromHash(expected.Algorithm, hash.GetHashAndReset());
        return actual == expected
            ? size
            : throw new BlobException("DIGEST_INVALID", $"The content hashes to {actual}, not to {expected}. Send the content that the digest names.");
    }

    private void Remember(Digest digest, long size)
    {
        if (sizes.Count >= MaximumSizes)
        {
            sizes.Clear();
        }

        sizes[digest] = size;
    }
}
