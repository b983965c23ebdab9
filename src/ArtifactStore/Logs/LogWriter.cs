using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>
/// Writes units, on a thread of its own: whatever came while the disk was busy is one batch with one flush, and becomes visible when
/// that is over.
/// </summary>
internal sealed class LogWriter
{
    private readonly LogFiles files;
    private readonly LogState state;
    private readonly LogOptions options;
    private readonly TimeProvider time;
    private readonly object gate = new();
    private readonly LogBatch batch = new();
    private readonly Thread thread;
    private List<LogUnit> queue = [];
    private List<LogUnit> taken = [];
    private Segment? active;
    private long capacity;
    private long sequence;
    private long hinted;
    private int lastNumber;
    private bool isSuspect;
    private bool isClosing;

    /// <summary>Goes on behind the last segment.</summary>
    public LogWriter(LogFiles files, LogState state, LogOptions options, TimeProvider time, LogStart start)
    {
        (this.files, this.state, this.options, this.time) = (files, state, options, time);
        (active, capacity, sequence, lastNumber) = (start.Active, start.Capacity, start.LastSequence, start.LastNumber);
        hinted = active?.Hint?.Covered ?? 0;
        thread = new Thread(Run) { IsBackground = true, Name = "store log" };
        thread.Start();
    }

    /// <summary>The number of the segment that is written to; those with smaller numbers will not change again.</summary>
    public int ActiveNumber => Volatile.Read(ref lastNumber);

    /// <summary>Hands a unit over; see <see cref="LogUnit.Done"/>.</summary>
    public void Add(LogUnit unit)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosing, this);
            queue.Add(unit);
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Writes what was handed over, then ends.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (isClosing)
            {
                return;
            }

            isClosing = true;
            Monitor.Pulse(gate);
        }

        thread.Join();
        if (active is not null && !isSuspect)
        {
            files.TryTrim(active, options.Reserve);
            files.TryWriteHint(active);
        }
    }

    private void Run()
    {
        while (true)
        {
            lock (gate)
            {
                while (queue.Count is 0 && !isClosing)
                {
                    Monitor.Wait(gate);
                }

                if (queue.Count is 0)
                {
                    return;
                }

                (queue, taken) = (taken, queue);
            }

            for (int start = 0; start < taken.Count;)
            {
                var slice = Slice(start);
                start += slice.Count;
#pragma warning disable CA1031 // Whatever goes wrong, those who wait must hear of it and the next batch must be tried.
                try
                {
                    Write(slice);
                }
                catch (Exception exception)
                {
                    Fail(slice, exception);
                }
#pragma warning restore CA1031
            }

            taken.Clear();
        }
    }

    private static void Fail(IEnumerable<LogUnit> units, Exception exception)
    {
        foreach (var unit in units)
        {
            unit.Fail(exception);
        }
    }

    /// <summary>As many units as make one batch, those first that depend on what is there.</summary>
    private List<LogUnit> Slice(int start)
    {
        long size = 0;
        int end = start;
        int limit = Math.Min(options.BatchSize, options.SegmentSize - options.Reserve - SegmentHead.RecordStart);
        while (end < taken.Count && (end == start || size + taken[end].Head.TotalLength <= limit))
        {
            size += taken[end++].Head.TotalLength;
        }

        var slice = taken.GetRange(start, end - start);
        return slice.Exists(static unit => unit.IsWanted is not null)
            ? [.. slice.Where(static unit => unit.IsWanted is not null), .. slice.Where(static unit => unit.IsWanted is null)]
            : slice;
    }

    private void Write(List<LogUnit> units)
    {
        foreach (var unwanted in units.Where(static unit => unit.IsWanted?.Invoke() is false).ToList())
        {
            units.Remove(unwanted);
            unwanted.Succeed(changed: false);
        }

        if (units.Count is 0)
        {
            return;
        }

        long size = units.Sum(static unit => (long)unit.Head.TotalLength);
        if (active is null || isSuspect || active.End + size > capacity - options.Reserve)
        {
            try
            {
                Roll(size);
            }
            catch (StorageFullException exception)
            {
                // Deletions make room: they may use what was kept free for them.
                Fail(units.Where(static unit => !unit.IsRelease), exception);
                units.RemoveAll(static unit => !unit.IsRelease);
                size = units.Sum(static unit => (long)unit.Head.TotalLength);
                if (units.Count is 0)
                {
                    return;
                }

                if (active is null || isSuspect || active.End + size > capacity)
                {
                    throw;
                }
            }
        }

        Write(units, active!);
    }

    private void Write(List<LogUnit> units, Segment segment)
    {
        batch.Clear();
        bool deletes = units.Exists(static unit => unit.Head.Kind is RecordKind.Deletion);
        foreach (var unit in units)
        {
            bool isStored = unit.Head.Kind is RecordKind.Blob or RecordKind.File && unit.IsWanted is null && !deletes && IsStored(unit.Key);
            if (isStored && unit.Keys.Length is 0)
            {
                unit.Succeed(changed: false);
            }
            else
            {
                batch.Add(unit, segment, ++sequence, keysOnly: isStored);
            }
        }

        if (batch.Records.Count is 0)
        {
            return;
        }

        Store(segment);
        uint minute = LogClock.MinuteOf(time);
        foreach (var (unit, head, offset) in batch.Records)
        {
            byte[] hash = head.HashLength is 0 ? [] : unit.Hash;
            bool wasStored = IsStored(unit.Key);
            segment.Hint!.Add(head, hash, unit.Keys, offset);
            state.Apply(segment, head, hash, unit.Keys, offset, minute);
            unit.Succeed(head.Kind is RecordKind.Deletion ? wasStored : !wasStored);
        }

        if (segment.End - hinted > options.HintInterval)
        {
            files.TryWriteHint(segment);
            hinted = segment.End;
        }
    }

    /// <summary>Writes and flushes the batch. After a fault nothing of it counts.</summary>
    private void Store(Segment segment)
    {
        try
        {
            files.Disk.Write(segment.File, batch.Bytes, segment.End);
        }
        catch
        {
            Forget(segment);
            throw;
        }

        try
        {
            files.Disk.Flush(segment.File);
        }
        catch
        {
            // What was not flushed may be gone or not, and another flush would say that all is well: nothing is ever written here again.
            isSuspect = true;
            throw;
        }

        segment.End += batch.Bytes.Length;
    }

    /// <summary>Takes back what was written of a batch, lest it be found at the next start.</summary>
    private void Forget(Segment segment)
    {
        try
        {
            files.Disk.Cut(segment.File, segment.End, capacity);
            files.Disk.Flush(segment.File);
        }
        catch (IOException)
        {
            isSuspect = true;
        }
    }

    /// <summary>Goes over to a new segment. Its head says where the old one ends, so that what is behind that never counts.</summary>
    private void Roll(long size)
    {
        long needed = SegmentHead.RecordStart + size + options.Reserve;
        long wanted = Math.Max(options.SegmentSize, needed);
        var next = files.Create(lastNumber + 1, active, wanted);
        var previous = active;
        state.Add(next);
        (active, capacity, hinted) = (next, wanted, 0);
        Volatile.Write(ref lastNumber, next.Number);
        if (previous is not null)
        {
            files.TryTrim(previous, kept: 0);
            files.TryWriteHint(previous);
            previous.Hint = null;
            if (isSuspect)
            {
                SegmentCheck.Run(previous, state);
            }
        }

        isSuspect = false;
    }

    private bool IsStored(BlobKey key) => state.Blobs.TryFind(key, out _, out bool isCorrupt) && !isCorrupt;
}
