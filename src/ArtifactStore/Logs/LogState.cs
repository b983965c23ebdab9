using System.Collections.Concurrent;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>What the records say altogether: where every blob is and what every key stands for. One thread at a time may apply records.</summary>
internal sealed class LogState
{
    private readonly ConcurrentDictionary<int, Segment> segments = new();
    private readonly Action<KeyEntry> released;

    /// <summary>A state in which there is nothing.</summary>
    public LogState() => released = entry => Release(entry.Place, entry.Length);

    /// <summary>Where blobs are.</summary>
    public BlobIndex Blobs { get; } = new();

    /// <summary>What keys stand for.</summary>
    public KeyIndex Keys { get; } = new();

    /// <summary>The segments in their order.</summary>
    public IReadOnlyList<Segment> Segments => [.. segments.Values.OrderBy(static segment => segment.Number)];

    /// <summary>Adds a segment.</summary>
    public void Add(Segment segment) => segments[segment.Number] = segment;

    /// <summary>Takes a segment out; its file stays open for those who read it.</summary>
    public void Remove(Segment segment)
    {
        segments.TryRemove(segment.Number, out _);
        segment.Leave();
    }

    /// <summary>A segment that is kept open until the caller leaves it; null where it is gone.</summary>
    public Segment? Enter(int number) => segments.TryGetValue(number, out var segment) && segment.TryEnter() ? segment : null;

    /// <summary>Takes up a record, and returns true where it stored a blob that was not there, or deleted one that was.</summary>
    public bool Apply(Segment segment, in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset, uint minute)
    {
        bool changed = ApplyBlob(segment, head, hash, offset, minute);
        if (keys.Length > 0)
        {
            Count(segment, keys);
            Keys.Apply(keys, segment.Number, released);
        }

        return changed;
    }

    /// <summary>The bytes of a record that are due to the blob.</summary>
    public static long LengthOf(BlobPlace place) => RecordHead.Length + (place.IsFile ? 0 : place.Size);

    private static void Count(Segment segment, ReadOnlySpan<byte> keys)
    {
        while (KeyChangeFormat.TryRead(ref keys, out var change))
        {
            if (change.IsRemoval)
            {
                segment.Hold(change.Length);
            }
            else
            {
                segment.Count(change.Length);
            }
        }
    }

    private bool ApplyBlob(Segment segment, in RecordHead head, ReadOnlySpan<byte> hash, long offset, uint minute)
    {
        if (head.Kind is RecordKind.Keys)
        {
            return false;
        }

        var key = BlobKey.Of(hash);
        BlobPlace? before;
        if (head.Kind is RecordKind.Deletion)
        {
            segment.Hold(head.TotalLength);
            before = Blobs.Remove(key);
        }
        else if (head.Kind is RecordKind.Corruption)
        {
            segment.Hold(head.TotalLength);
            Blobs.MarkCorrupt(key);
            return false;
        }
        else
        {
            var place = new BlobPlace(segment.Number, (uint)(offset + head.PayloadStart), head.BlobSize, head.Kind is RecordKind.File);
            segment.Count(LengthOf(place));
            before = Blobs.Set(key, place, minute);
        }

        if (before is { } old)
        {
            Release(old.Segment, LengthOf(old));
        }

        return before is null != head.Kind is RecordKind.Deletion;
    }

    private void Release(int number, long length)
    {
        if (segments.TryGetValue(number, out var segment))
        {
            segment.Count(-length);
        }
    }
}
