using System.Collections.Concurrent;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>
/// Blobs as objects <c>PREFIXblobs/algorithm/first two characters/hex</c> of an S3-compatible service. Content is staged and hashed in
/// the data folder first, so that the service never holds what does not match its name. Keys stay in the data folder; they change only
/// once the service has confirmed the blob that they speak of.
/// </summary>
internal sealed class S3BlobStore(S3Bucket bucket, DataFolder folder, IDisk disk, IKeyTable keys) : IBlobAdoption, IBlobAddresses
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
    public Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken) =>
        WriteAsync(expected, content, maximumSize, [], cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(
        Digest expected, Stream content, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        bool isStored = await FindSizeAsync(expected, cancellationToken).ConfigureAwait(false) is not null;
        string temporary = folder.NewTemporaryPath();
        try
        {
            long size = await StageAsync(expected, content, maximumSize, isStored ? null : temporary, cancellationToken).ConfigureAwait(false);
            if (!isStored)
            {
                await PutAsync(expected, temporary, size, cancellationToken).ConfigureAwait(false);
            }

            await keys.ChangeAsync(changes, CancellationToken.None).ConfigureAwait(false);
            return !isStored;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> AdoptAsync(Digest digest, string path, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        bool isStored = await FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null;
        if (!isStored)
        {
            await PutAsync(digest, path, new FileInfo(path).Length, cancellationToken).ConfigureAwait(false);
        }

        await keys.ChangeAsync(changes, CancellationToken.None).ConfigureAwait(false);
        File.Delete(path);
        return !isStored;
    }

    /// <inheritdoc/>
    public Uri? FindAddress(Digest digest, long size) => bucket.RedirectAbove is { } limit && size > limit && !suspects.ContainsKey(digest) ? bucket.Presign(digest) : null;

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

    private async Task<long> StageAsync(Digest expected, Stream content, long maximumSize, string? file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(expected.Algorithm.HashName);
        using var handle = file is null ? null : File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        long size = await StagedFile.AppendAsync(disk, handle, offset: 0, first: default, content, maximumSize, hash, cancellationToken).ConfigureAwait(false);
        var actual = Digest.FromHash(expected.Algorithm, hash.GetHashAndReset());
        return actual == expected
            ? size
            : throw BlobException.Mismatch(expected, actual);
    }

    private async Task PutAsync(Digest digest, string file, long size, CancellationToken cancellationToken)
    {
        // An object that is there already is left as it is, so that a wrong one has to go first.
        if (suspects.ContainsKey(digest))
        {
            await bucket.DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
        }

        await bucket.PutAsync(digest, file, size, cancellationToken).ConfigureAwait(false);
        suspects.TryRemove(digest, out _);
        Remember(digest, size);
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
