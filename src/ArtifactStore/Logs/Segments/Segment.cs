using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>An open segment. It stays open until it is retired and the last reader has left.</summary>
internal sealed class Segment(SegmentHead head, string path, SafeFileHandle file, HintFile hint)
{
    private int holders = 1;
    private long live;
    private long held;

    /// <summary>What the segment says of itself.</summary>
    public SegmentHead Head { get; } = head;

    /// <summary>The number of the segment.</summary>
    public int Number => Head.Number;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; } = file;

    /// <summary>The hint of what the segment holds so far; null for one that will not change again, whose hint is a file.</summary>
    public HintFile? Hint { get; set; } = hint;

    /// <summary>Where the next record goes.</summary>
    public long End { get; set; } = SegmentHead.RecordStart;

    /// <summary>How many bytes count: blobs and keys that are as the segment says.</summary>
    public long Live => Interlocked.Read(ref live);

    /// <summary>How many bytes are deletions, which count as long as older segments may hold what they delete.</summary>
    public long Held => Interlocked.Read(ref held);

    /// <summary>Where the hint of a segment stands.</summary>
    public static string HintOf(string path) => System.IO.Path.ChangeExtension(path, ".hint");

    /// <summary>Adds to what counts, or takes away from it.</summary>
    public void Count(long bytes) => Interlocked.Add(ref live, bytes);

    /// <summary>Adds deletions.</summary>
    public void Hold(long bytes) => Interlocked.Add(ref held, bytes);

    /// <summary>Keeps the file open for a reader; false where the segment was retired.</summary>
    public bool TryEnter()
    {
        int seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>Reads bytes of a record; false where the file ends before.</summary>
    public bool TryRead(long offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(File, target, offset);
            if (read is 0)
            {
                return false;
            }

            target = target[read..];
            offset += read;
        }

        return true;
    }

    /// <summary>Ends what <see cref="TryEnter"/> began; also retires the segment, once, for its owner.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref holders) is 0)
        {
            File.Dispose();
        }
    }
}
