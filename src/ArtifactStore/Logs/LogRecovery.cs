using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>Takes up a log as an earlier process left it: hints where there are, records where there are none, and cuts off a torn end.</summary>
internal sealed class LogRecovery(LogFiles files, LogState state, LogOptions options)
{
    private readonly LogState state = state;
    private readonly List<LogDamage> damage = [];
    private long lastSequence;
    private long bytesRead;

    /// <summary>Reads all segments into the state.</summary>
    public LogStart Run()
    {
        var found = files.List();
        var opened = new List<(SegmentHead Head, string Path, SafeFileHandle File)>();
        foreach (var (number, path) in found)
        {
            if (Open(number, path, isLast: number == found[^1].Number) is { } segment)
            {
                opened.Add(segment);
            }
        }

        Segment? last = null;
        for (int index = 0; index < opened.Count; index++)
        {
            var next = index + 1 < opened.Count ? opened[index + 1].Head : default;
            long? end = next.Previous == opened[index].Head.Number ? next.PreviousEnd : null;
            last = Replay(opened[index].Head, opened[index].Path, opened[index].File, end, isLast: index + 1 == opened.Count);
        }

        long capacity = last is null ? 0 : CutOff(last);
        return new LogStart(last, capacity, lastSequence, found.Count is 0 ? 0 : found[^1].Number, bytesRead, damage);
    }

    private (SegmentHead Head, string Path, SafeFileHandle File)? Open(int number, string path, bool isLast)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        byte[] bytes = new byte[SegmentHead.RecordStart];
        int read = RandomAccess.Read(file, bytes, 0);
        bytesRead += read;
        if (SegmentHead.Read(bytes.AsSpan(0, read)) is { } head && head.Number == number)
        {
            return (head, path, file);
        }

        long length = RandomAccess.GetLength(file);
        file.Dispose();
        if (isLast && bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            // The process died while it made the segment, before anything could be written to it.
            File.Delete(path);
        }
        else
        {
            damage.Add(new LogDamage(path, 0, length, Digest: null, WasDurable: true));
        }

        return null;
    }

    private Segment Replay(SegmentHead head, string path, SafeFileHandle file, long? end, bool isLast)
    {
        long limit = Math.Min(end ?? long.MaxValue, RandomAccess.GetLength(file));
        var segment = new Segment(head, path, file, new HintFile(head));
        state.Add(segment);
        var replay = new Sink(this, segment);
        string hintPath = Segment.HintOf(path);
        if (HintFile.Read(hintPath, head, limit, isLast, replay) is { } hint)
        {
            bytesRead += new FileInfo(hintPath).Length;
            segment.Hint = hint;
        }

        replay.IsHinted = false;
        var known = segment.Hint!;
        segment.End = known.Covered;
        lastSequence = Math.Max(lastSequence, known.LastSequence);
        if (segment.End < limit)
        {
            var window = new SegmentWindow(file, limit);
            var scanner = new SegmentScanner(window, head.Marker, replay);
            scanner.Scan(segment.End, known.LastSequence, isComplete: end is not null);
            (segment.End, lastSequence) = (scanner.End, Math.Max(lastSequence, scanner.LastSequence));
            bytesRead += window.BytesRead;
            if (!isLast)
            {
                files.TryWriteHint(segment);
            }
        }

        if (!isLast)
        {
            segment.Hint = null;
        }

        return segment;
    }

    /// <summary>Removes what stands behind the last record, so that it cannot be taken for a record later, and returns the size of the file.</summary>
    private long CutOff(Segment last)
    {
        long capacity = Math.Max(last.End + options.Reserve, options.SegmentSize);
        try
        {
            files.Disk.Cut(last.File, last.End, capacity);
        }
        catch (StorageFullException)
        {
            // A full disk is no reason not to start: what is stored is served, and there may be room for deletions.
            capacity = CutOffWithout(last);
        }

        files.Disk.Flush(last.File);
        return capacity;
    }

    private long CutOffWithout(Segment last)
    {
        try
        {
            files.Disk.Cut(last.File, last.End, last.End + options.Reserve);
            return last.End + options.Reserve;
        }
        catch (StorageFullException)
        {
            files.Disk.Cut(last.File, last.End, last.End);
            return last.End;
        }
    }

    private sealed class Sink(LogRecovery recovery, Segment segment) : IRecordSink
    {
        public bool IsHinted { get; set; } = true;

        public void Accept(in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset)
        {
            recovery.state.Apply(segment, head, hash, keys, offset, minute: 0);
            if (!IsHinted)
            {
                segment.Hint!.Add(head, hash, keys, offset);
            }
        }

        public void Damage(long offset, long length, ReadOnlySpan<byte> hash, bool wasDurable) =>
            recovery.damage.Add(new LogDamage(segment.Path, offset, length, DigestOf(hash), wasDurable));

        private static Digest? DigestOf(ReadOnlySpan<byte> hash) => hash.Length switch
        {
            32 => Digest.FromHash(DigestAlgorithm.Sha256, hash),
            64 => Digest.FromHash(DigestAlgorithm.Sha512, hash),
            _ => null,
        };
    }
}
