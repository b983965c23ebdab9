using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>One unfinished upload: its file, which the first piece makes, and the hash of the bytes that this process has seen.</summary>
internal sealed class DiskUpload(string path, IDisk disk, DateTimeOffset lastUsed) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long hashed;

    /// <summary>The file that holds what has arrived.</summary>
    public string Path { get; } = path;

    /// <summary>When the last piece began.</summary>
    public DateTimeOffset LastUsed { get; set; } = lastUsed;

    /// <summary>False once the upload is committed or discarded.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>How many bytes have arrived.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Waits until no other request works on this upload; dispose the result to let the next one in.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(turn);
    }

    /// <summary>Appends a piece, the beginning of which was read already; see <see cref="IBlobUploads.AppendAsync"/>.</summary>
    public async Task<long> AppendAsync(
        ByteRange? range, ReadOnlyMemory<byte> first, Stream content, long maximumSize, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        long start = RandomAccess.GetLength(handle);
        if (range is { } claimed && claimed.Offset != start)
        {
            throw new BlobException("RANGE_INVALID", $"The piece begins at byte {claimed.Offset}, but the upload ends at byte "
                + $"{start}. Send the bytes from there.");
        }

        long room = maximumSize - start;
        try
        {
            // A hash that has missed bytes of an earlier process or of a broken piece is left behind; the file is read again at the end.
            bool follows = hashed == start;
            long count = await StagedFile.AppendAsync(
                disk,
                handle,
                start,
                first,
                content,
                Math.Min(room, range?.Count ?? room),
                follows ? hash : null,
                cancellationToken).ConfigureAwait(false);
            if (range is { } promised && promised.Count != count)
            {
                throw new BlobException("BLOB_UPLOAD_INVALID", $"The piece has {count} bytes, but its Content-Range promises "
                    + $"{promised.Count}.");
            }

            hashed = follows ? start + count : hashed;
            return start + count;
        }
        catch
        {
            hashed = -1;
            if (range is not null)
            {
                RandomAccess.SetLength(handle, start);
            }

            throw;
        }
    }

    /// <summary>What the file hashes to.</summary>
    public async Task<Digest> HashAsync(DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        var file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        await using (file.ConfigureAwait(false))
        {
            if (algorithm == DigestAlgorithm.Sha256 && hashed == file.Length)
            {
                return Digest.FromHash(algorithm, hash.GetCurrentHash());
            }

            using var whole = IncrementalHash.CreateHash(algorithm.HashName);
            await StagedFile.AppendAsync(disk, file: null, offset: 0, first: default, file, long.MaxValue, whole, cancellationToken).ConfigureAwait(false);
            return Digest.FromHash(algorithm, whole.GetHashAndReset());
        }
    }

    /// <summary>Ends the upload: whoever still waits for a turn finds it closed. The semaphore stays usable for them.</summary>
    public void Dispose()
    {
        IsOpen = false;
        hash.Dispose();
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
