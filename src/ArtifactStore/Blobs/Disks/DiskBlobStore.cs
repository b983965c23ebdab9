using System.Collections.Concurrent;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>
/// Blobs as files <c>blobs/algorithm/first two characters/hex</c>. A file gets its name only when its bytes are hashed and flushed,
/// and the name is durable when a call returns.
/// </summary>
internal sealed class DiskBlobStore(DataFolder folder) : IBlobStore
{
    // Digests whose file was found not to match. They count as absent, so that a client may write them again, and are verified before every use.
    private readonly ConcurrentDictionary<Digest, bool> suspects = new();

    /// <inheritdoc/>
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => ValueTask.FromResult(FindSize(digest));

    /// <inheritdoc/>
    public ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            var handle = File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return ValueTask.FromResult<IBlobReader?>(new DiskBlobReader(digest, handle, suspects.ContainsKey(digest), Suspect));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<IBlobReader?>(null);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(expected.Algorithm.HashName);
        if (FindSize(expected) is not null)
        {
            await StagedFile.AppendAsync(handle: null, offset: 0, content, maximumSize, hash, cancellationToken).ConfigureAwait(false);
            Require(expected, hash);
            return false;
        }

        string temporary = folder.NewTemporaryPath();
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await StagedFile.AppendAsync(handle, offset: 0, content, maximumSize, hash, cancellationToken).ConfigureAwait(false);
                Require(expected, hash);
                RandomAccess.FlushToDisk(handle);
            }

            return Adopt(expected, temporary);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        suspects.TryRemove(digest, out _);
        return Task.FromResult(DurableFile.Delete(PathOf(digest)));
    }

    /// <summary>Takes over a flushed file that has been found to hash to <paramref name="digest"/>; false where the blob was there already.</summary>
    public bool Adopt(Digest digest, string flushed)
    {
        if (FindSize(digest) is not null)
        {
            File.Delete(flushed);
            return false;
        }

        DurableFile.Publish(flushed, PathOf(digest));
        suspects.TryRemove(digest, out _);
        return true;
    }

    private static void Require(Digest expected, IncrementalHash hash)
    {
        var actual = Digest.FromHash(expected.Algorithm, hash.GetHashAndReset());
        if (actual != expected)
        {
            throw new BlobException("DIGEST_INVALID", $"The content hashes to {actual}, not to {expected}. Send the content that the digest names.");
        }
    }

    private long? FindSize(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists && !suspects.ContainsKey(digest) ? file.Length : null;
    }

    private void Suspect(Digest digest, bool corrupt)
    {
        if (corrupt)
        {
            suspects[digest] = true;
        }
        else
        {
            suspects.TryRemove(digest, out _);
        }
    }

    private string PathOf(Digest digest) => Path.Combine(folder.Blobs, digest.Algorithm.Name, digest.Hex[..2], digest.Hex);
}
