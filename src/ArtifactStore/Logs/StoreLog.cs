using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>
/// Everything a store on disk knows, in the order in which it came: small blobs, where large ones are, and keys. Writers at the same time share
/// one flush. What the log says is found in memory.
/// </summary>
internal sealed class StoreLog : IDisposable
{
    private readonly LogState state;
    private readonly LogWriter writer;
    private readonly TimeProvider time;

    private StoreLog(DataFolder folder, LogFiles files, LogState state, LogOptions options, TimeProvider time)
    {
        Folder = folder;
        Files = files;
        this.state = state;
        this.time = time;
        Start = new LogRecovery(files, state, options).Run();
        writer = new LogWriter(files, state, options, time, Start);
    }

    /// <summary>The folder that has the log.</summary>
    public DataFolder Folder { get; }

    /// <summary>The files of the log.</summary>
    public LogFiles Files { get; }

    /// <summary>What the start cost and found.</summary>
    public LogStart Start { get; }

    /// <summary>What keys stand for.</summary>
    public KeyIndex Keys => state.Keys;

    /// <summary>How many blobs there are.</summary>
    public int BlobCount => state.Blobs.Count;

    /// <summary>The segments; those before the last will not change again.</summary>
    public IReadOnlyList<Segment> Segments => state.Segments;

    /// <summary>The number of the segment that is written to.</summary>
    public int ActiveNumber => writer.ActiveNumber;

    /// <summary>Opens the log of a folder.</summary>
    /// <exception cref="DataFolderException">It cannot be read or written.</exception>
    public static StoreLog Open(DataFolder folder, LogOptions options, IDisk disk, TimeProvider time)
    {
        try
        {
            DurableFolder.Create(folder.Log);
            return new StoreLog(folder, new LogFiles(folder, disk), new LogState(), options, time);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"Cannot use the log in {folder.Path}: {exception.Message}. Check the disk, and that the folder is writable.", exception);
        }
    }

    /// <summary>Finds a blob; one that is marked as corrupt too.</summary>
    public bool TryFind(Digest digest, out BlobPlace place, out bool isCorrupt) => state.Blobs.TryFind(BlobKey.Of(digest), out place, out isCorrupt);

    /// <summary>Finds a blob by its key; one that is marked as corrupt too.</summary>
    public bool TryFind(BlobKey key, out BlobPlace place, out bool isCorrupt) => state.Blobs.TryFind(key, out place, out isCorrupt);

    /// <summary>A copy of what is known of all blobs, in no order.</summary>
    public IEnumerable<IndexedBlob> ListBlobs() => state.Blobs.List();

    /// <summary>Notes that a blob is used now.</summary>
    public void Touch(Digest digest) => state.Blobs.Touch(BlobKey.Of(digest), LogClock.MinuteOf(time));

    /// <summary>A segment that stays open until the caller leaves it; null where it is gone, and its blobs have moved.</summary>
    public Segment? Enter(int number) => state.Enter(number);

    /// <summary>Writes a unit; true where it stored a blob that was not there, or deleted one that was. It is durable when the task ends.</summary>
    public Task<bool> CommitAsync(LogUnit unit)
    {
        writer.Add(unit);
        return unit.Done;
    }

    /// <summary>Writes units and returns when they are durable. It keeps its thread: meant for the start, before anybody is served.</summary>
    public void CommitAll(IReadOnlyList<LogUnit> units)
    {
        foreach (var unit in units)
        {
            writer.Add(unit);
        }

        foreach (var unit in units)
        {
            unit.Done.GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// Marks a blob as corrupt: it counts as absent at once, and after the next start too as soon as the log could be written. False
    /// where it was marked before, or is somewhere else by now.
    /// </summary>
    public bool MarkCorrupt(Digest digest, BlobPlace place)
    {
        var key = BlobKey.Of(digest);
        if (!state.Blobs.MarkCorrupt(key, place))
        {
            return false;
        }

        // Nobody waits: the mark in memory holds, and a disk that refuses it now lets the blob be found corrupt once more later.
        _ = CommitAsync(LogUnit.OfCorruption(digest, () => state.Blobs.TryFind(key, out var current, out bool isCorrupt) && isCorrupt && current == place));
        return true;
    }

    /// <summary>Whether a change in a segment is what counts at present; see <see cref="KeyIndex.Counts"/>.</summary>
    public bool Counts(KeyChangeBytes change, int segment) => state.Keys.Counts(change, segment);

    /// <summary>The digest of a blob, which stands before its payload where the index does not know it; null where it cannot be read.</summary>
    public Digest? ReadDigest(IndexedBlob blob)
    {
        if (blob.Key.ToDigest() is { } known)
        {
            return known;
        }

        Span<byte> hash = stackalloc byte[64];
        if (Enter(blob.Place.Segment) is not { } segment)
        {
            return null;
        }

        bool isRead = segment.TryRead(blob.Place.Offset - hash.Length, hash);
        segment.Leave();
        return isRead && BlobKey.Of(hash) == blob.Key ? Digest.FromHash(DigestAlgorithm.Sha512, hash) : null;
    }

    /// <summary>Takes a segment out that nothing refers to any more, and removes its file.</summary>
    /// <remarks>Where the segment before it ends was said in this one's head: from here on its file says it.</remarks>
    public void Drop(Segment segment)
    {
        if (state.Segments.LastOrDefault(other => other.Number < segment.Number) is { } previous)
        {
            Files.Disk.Cut(previous.File, previous.End, previous.End);
            Files.Disk.Flush(previous.File);
        }

        Files.Delete(segment);
        state.Remove(segment);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer.Close();
        foreach (var segment in state.Segments)
        {
            state.Remove(segment);
        }
    }
}
