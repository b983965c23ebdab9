using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>
/// Large blobs as files <c>blobs/algorithm/first two characters/hex</c>. A file that the log does not name is none of the store's: it
/// was left by a write that never finished.
/// </summary>
internal sealed class BlobFiles(StoreLog log)
{
    private const int TurnCount = 64;

    // 16 MiB of sums, for 64 GiB of content.
    private const int KnownPieceCount = 1024 * 1024;

    private readonly KnownPieces known = new(KnownPieceCount);

    private readonly SharedFlushes folders = new(log.Files.Disk);

    // What becomes of one blob's file and what the log says of it go together: one caller at a time for each blob.
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, TurnCount).Select(static _ => new SemaphoreSlim(1, 1))];

    /// <summary>Opens a blob that the log says is here; null where it is gone.</summary>
    public async ValueTask<IBlobReader?> OpenAsync(Digest digest, BlobPlace place, CancellationToken cancellationToken)
    {
        try
        {
            return Open(digest, place);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted since, or gone although the log names it: the latter must not hide that the blob can be written again.
            using var turn = await EnterAsync(digest, cancellationToken).ConfigureAwait(false);
            if (!log.TryFind(digest, out var current, out bool isCorrupt) || isCorrupt || !current.IsFile)
            {
                return null;
            }

            if (File.Exists(PathOf(digest)))
            {
                return Open(digest, current);
            }

            log.MarkCorrupt(digest, current);
            return null;
        }
    }

    /// <summary>Makes a finished file durable, whoever wrote it.</summary>
    public void Flush(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        log.Files.Disk.Flush(handle);
    }

    /// <summary>Gives a flushed file its name and writes down that it is there; false where the blob was there already.</summary>
    public async Task<bool> PublishAsync(Digest digest, string flushed, long size, IReadOnlyList<KeyChange> changes)
    {
        string path = PathOf(digest);
        using var turn = await EnterAsync(digest, CancellationToken.None).ConfigureAwait(false);
        if (log.TryFind(digest, out _, out bool isCorrupt) && !isCorrupt)
        {
            File.Delete(flushed);
        }
        else
        {
            string parent = Path.GetDirectoryName(path)!;
            DurableFolder.Create(parent);
            File.Move(flushed, path, overwrite: true);
            await folders.FlushAsync(parent).ConfigureAwait(false);
        }

        return await log.CommitAsync(LogUnit.OfFile(digest, size, changes)).ConfigureAwait(false);
    }

    /// <summary>Removes a blob, first from the log and then from the disk; false where it was not stored.</summary>
    public async Task<bool> DeleteAsync(Digest digest)
    {
        using var turn = await EnterAsync(digest, CancellationToken.None).ConfigureAwait(false);
        bool deleted = await log.CommitAsync(LogUnit.OfDeletion(digest)).ConfigureAwait(false);
        File.Delete(PathOf(digest));
        return deleted;
    }

    /// <summary>Puts a file aside whose bytes do not hash to the blob's name.</summary>
    public async ValueTask SetAsideAsync(Digest digest, BlobPlace place)
    {
        using var turn = await EnterAsync(digest, CancellationToken.None).ConfigureAwait(false);
        if (log.MarkCorrupt(digest, place))
        {
            try
            {
                Directory.CreateDirectory(log.Folder.Quarantine);
                File.Move(PathOf(digest), Path.Combine(log.Folder.Quarantine, $"{digest.Algorithm}-{digest.Hex}"), overwrite: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The mark keeps it from being served; the file is overwritten when the blob is written again.
            }
        }
    }

    /// <summary>Removes files that the log does not name, and returns how many there were.</summary>
    public async Task<int> RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach (string path in Directory.EnumerateFiles(log.Folder.Blobs, "*", SearchOption.AllDirectories))
        {
            string? algorithm = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)));
            if (Digest.TryParse($"{algorithm}:{Path.GetFileName(path)}", out var digest) && !log.TryFind(digest, out _, out _))
            {
                using var turn = await EnterAsync(digest, cancellationToken).ConfigureAwait(false);
                if (!log.TryFind(digest, out _, out _) && path == PathOf(digest))
                {
                    File.Delete(path);
                    removed++;
                }
            }
        }

        return removed;
    }

    private DiskBlobReader Open(Digest digest, BlobPlace place)
    {
        SafeFileHandle handle = File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return new DiskBlobReader(digest, handle, place.Size, known, () => SetAsideAsync(digest, place));
    }

    private async Task<Turn> EnterAsync(Digest digest, CancellationToken cancellationToken)
    {
        var semaphore = turns[BlobKey.Of(digest).C % TurnCount];
        await semaphore.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(semaphore);
    }

    private string PathOf(Digest digest) => Path.Combine(log.Folder.Blobs, digest.Algorithm.Name, digest.Hex[..2], digest.Hex);

    private readonly struct Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
