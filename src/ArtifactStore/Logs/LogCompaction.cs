using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>
/// Gives back the room of what is deleted: what still counts in a segment is written once more at the end of the log, and when that is
/// durable the segment is removed. Readers and writers are not kept waiting; one compaction at a time.
/// </summary>
internal sealed class LogCompaction(StoreLog log, TimeProvider time) : IDisposable
{
    private const int KeysAtOnce = 64 * 1024;
    private const int UnitsAtOnce = 64;

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Compacts the segments of which at least a share is dead, and returns how many were removed.</summary>
    /// <param name="deadShare">The share, between 0 and 1.</param>
    /// <param name="bytesPerSecond">How many bytes are read in a second, at most.</param>
    /// <param name="cancellationToken">Stops between two records; what was moved stays moved, and nothing is lost.</param>
    public async Task<int> RunAsync(double deadShare, long bytesPerSecond, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var pace = new Pace(bytesPerSecond, time);
            int removed = 0;
            foreach (var segment in log.Segments.Where(segment => segment.Number < log.ActiveNumber))
            {
                bool isOldest = log.Segments[0] == segment;
                long total = segment.End - SegmentHead.RecordStart;
                long counting = segment.Live + (isOldest ? 0 : segment.Held);
                if (total - counting >= total * deadShare && await MoveAsync(segment, isOldest, pace, cancellationToken).ConfigureAwait(false))
                {
                    removed++;
                }
            }

            return removed;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<bool> MoveAsync(Segment segment, bool isOldest, Pace pace, CancellationToken cancellationToken)
    {
        var records = new Records();
        new SegmentScanner(new SegmentWindow(segment.File, segment.End), segment.Head.Marker, records).Scan(SegmentHead.RecordStart, after: 0, isComplete: true);
        if (records.IsDamaged)
        {
            // What cannot be read cannot be moved: the segment stays, so that a rescue by hand remains possible.
            return false;
        }

        List<Task> moves = [];
        List<byte[]> keys = [];
        foreach (var record in records.Found)
        {
            if (Move(segment, record, isOldest) is { } unit)
            {
                moves.Add(log.CommitAsync(unit));
            }

            CollectKeys(segment, record, isOldest, keys);
            if (moves.Count >= UnitsAtOnce || keys.Sum(static change => change.Length) >= KeysAtOnce)
            {
                await FinishAsync(segment, moves, keys).ConfigureAwait(false);
            }

            await pace.SpendAsync(record.Head.TotalLength, cancellationToken).ConfigureAwait(false);
        }

        await FinishAsync(segment, moves, keys).ConfigureAwait(false);
        if (segment.Live is not 0)
        {
            return false;
        }

        log.Drop(segment);
        return true;
    }

    private LogUnit? Move(Segment segment, Record record, bool isOldest)
    {
        var key = record.Hash.Length is 0 ? default : BlobKey.Of(record.Hash);
        switch (record.Head.Kind)
        {
            case RecordKind.Blob or RecordKind.File:
                var place = new BlobPlace(segment.Number, (uint)(record.Offset + record.Head.PayloadStart), record.Head.BlobSize, record.Head.Kind is RecordKind.File);
                return !IsHere(key, place, out bool isCorrupt) ? null
                    : isCorrupt ? LogUnit.OfDeletion(record.Hash, () => IsHere(key, place, out bool still) && still)
                    : LogUnit.OfRecord(record.Head, record.Hash, Read(segment, place), () => IsHere(key, place, out bool meanwhile) && !meanwhile);
            case RecordKind.Deletion when !isOldest:
                return log.TryFind(key, out _, out _) ? null : LogUnit.OfDeletion(record.Hash, () => !log.TryFind(key, out _, out _));
            case RecordKind.Corruption when !isOldest:
                return LogUnit.OfRecord(record.Head, record.Hash, default, () => log.TryFind(key, out _, out bool isStill) && isStill);
            default:
                return null;
        }
    }

    private void CollectKeys(Segment segment, Record record, bool isOldest, List<byte[]> keys)
    {
        ReadOnlySpan<byte> rest = record.Keys;
        while (rest.Length > 0)
        {
            var start = rest;
            if (!KeyChangeFormat.TryRead(ref rest, out var change))
            {
                return;
            }

            if (!(change.IsRemoval && isOldest) && log.Counts(change, segment.Number))
            {
                keys.Add(start[..change.Length].ToArray());
            }
        }
    }

    /// <summary>Waits for what is being moved; keys that were changed meanwhile are left out and the others tried again.</summary>
    private async Task FinishAsync(Segment segment, List<Task> moves, List<byte[]> keys)
    {
        await Task.WhenAll(moves).ConfigureAwait(false);
        moves.Clear();
        while (keys.Count > 0)
        {
            byte[] all = [.. keys.SelectMany(static change => change)];
            if (await log.CommitAsync(LogUnit.OfKeys(all, () => DoCount(all, segment.Number))).ConfigureAwait(false))
            {
                keys.Clear();
            }
            else
            {
                keys.RemoveAll(change => !DoCount(change, segment.Number));
            }
        }
    }

    private bool DoCount(ReadOnlySpan<byte> changes, int segment)
    {
        while (KeyChangeFormat.TryRead(ref changes, out var change))
        {
            if (!log.Counts(change, segment))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsHere(BlobKey key, BlobPlace place, out bool isCorrupt) => log.TryFind(key, out var current, out isCorrupt) && current == place;

    private static byte[] Read(Segment segment, BlobPlace place)
    {
        byte[] payload = place.IsFile ? [] : new byte[place.Size];
        return segment.TryRead(place.Offset, payload) ? payload : throw new IOException($"{segment.Path} ends before what was written to it. Check the disk.");
    }

    private sealed record Record(RecordHead Head, byte[] Hash, byte[] Keys, long Offset);

    private sealed class Records : IRecordSink
    {
        public List<Record> Found { get; } = [];

        public bool IsDamaged { get; private set; }

        public void Accept(in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset) =>
            Found.Add(new Record(head, hash.ToArray(), keys.ToArray(), offset));

        public void Damage(long offset, long length, ReadOnlySpan<byte> hash, bool wasDurable) => IsDamaged = true;
    }
}
