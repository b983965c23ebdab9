using System.Buffers;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>
/// Blobs of at most 64 KiB as records of the log, larger ones as files. Which blobs there are is known in memory.
/// </summary>
internal sealed class DiskBlobStore : IBlobAdoption
{
    /// <summary>The first step of a stream, in bytes: larger than any blob that is kept in the log, and a multiple of the page size.</summary>
    public const int FirstStep = RecordHead.MaximumPayload + 4096;

    private readonly StoreLog log;
    private readonly BlobFiles files;

    /// <summary>A store over an open log.</summary>
    public DiskBlobStore(StoreLog log)
    {
        this.log = log;
        files = new BlobFiles(log);
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => ValueTask.FromResult(FindSize(digest));

    /// <inheritdoc/>
    public ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        while (log.TryFind(digest, out var place, out bool isCorrupt))
        {
            if (isCorrupt)
            {
                return ValueTask.FromResult<IBlobReader?>(new CorruptBlobReader(digest, place.Size));
            }

            if (place.IsFile)
            {
                return files.OpenAsync(digest, place, cancellationToken);
            }

            // A segment that was emptied meanwhile is gone, but the index knows by now where the blob has been moved.
            if (log.Enter(place.Segment) is { } segment)
            {
                return ValueTask.FromResult<IBlobReader?>(new RecordBlobReader(digest, segment, place, MarkCorrupt));
            }
        }

        return ValueTask.FromResult<IBlobReader?>(null);
    }

    /// <inheritdoc/>
    public Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken) =>
        WriteAsync(expected, content, maximumSize, [], cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(
        Digest expected, Stream content, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        byte[] first = ArrayPool<byte>.Shared.Rent(FirstStep);
        try
        {
            int read = await content.ReadAtLeastAsync(first.AsMemory(0, FirstStep), FirstStep, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            StagedFile.RequireSize(read, maximumSize);
            return read < FirstStep && read <= RecordHead.MaximumPayload
                ? await WriteRecordAsync(expected, first.AsMemory(0, read), changes).ConfigureAwait(false)
                : await WriteFileAsync(expected, first.AsMemory(0, read), read < FirstStep ? Stream.Null : content, maximumSize, changes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return !log.TryFind(digest, out var place, out _) ? Task.FromResult(false)
            : place.IsFile ? files.DeleteAsync(digest)
            : log.CommitAsync(LogUnit.OfDeletion(digest));
    }

    /// <summary>Removes files that belong to no blob, as interrupted writes leave them, and returns how many there were.</summary>
    public Task<int> RemoveOrphansAsync(CancellationToken cancellationToken) => files.RemoveOrphansAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> AdoptAsync(Digest digest, string path, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (file.Length <= RecordHead.MaximumPayload)
        {
            bool stored = await log.CommitAsync(LogUnit.OfBlob(digest, await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), changes)).ConfigureAwait(false);
            file.Delete();
            return stored;
        }

        if (FindSize(digest) is not null)
        {
            file.Delete();
            return await ChangeAsync(changes).ConfigureAwait(false);
        }

        files.Flush(path);
        return await files.PublishAsync(digest, path, file.Length, changes).ConfigureAwait(false);
    }

    private Task<bool> WriteRecordAsync(Digest expected, ReadOnlyMemory<byte> content, IReadOnlyList<KeyChange> changes) =>
        expected.Matches(content.Span)
            ? log.CommitAsync(LogUnit.OfBlob(expected, content, changes))
            : throw BlobException.Mismatch(expected, Digest.Of(expected.Algorithm, content.Span));

    private async Task<bool> WriteFileAsync(
        Digest expected, ReadOnlyMemory<byte> first, Stream rest, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(expected.Algorithm.HashName);
        if (FindSize(expected) is not null)
        {
            await StagedFile.AppendAsync(log.Files.Disk, file: null, 0, first, rest, maximumSize, hash, cancellationToken).ConfigureAwait(false);
            Require(expected, hash);
            return await ChangeAsync(changes).ConfigureAwait(false);
        }

        string temporary = log.Folder.NewTemporaryPath();
        try
        {
            long size;
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                size = await StagedFile.AppendAsync(log.Files.Disk, handle, 0, first, rest, maximumSize, hash, cancellationToken).ConfigureAwait(false);
                Require(expected, hash);
                log.Files.Disk.Flush(handle);
            }

            return await files.PublishAsync(expected, temporary, size, changes).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void Require(Digest expected, IncrementalHash hash)
    {
        var actual = Digest.FromHash(expected.Algorithm, hash.GetHashAndReset());
        if (actual != expected)
        {
            throw BlobException.Mismatch(expected, actual);
        }
    }

    /// <summary>Makes the changes that go with a blob that is there already; always false.</summary>
    private async Task<bool> ChangeAsync(IReadOnlyList<KeyChange> changes)
    {
        if (changes.Count > 0)
        {
            await log.CommitAsync(LogUnit.OfChanges(changes)).ConfigureAwait(false);
        }

        return false;
    }

    private long? FindSize(Digest digest) => log.TryFind(digest, out var place, out bool isCorrupt) && !isCorrupt ? place.Size : null;

    private void MarkCorrupt(Digest digest, BlobPlace place) => log.MarkCorrupt(digest, place);
}
