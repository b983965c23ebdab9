using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>Reads a segment again whose flush has failed: blobs that cannot be read any more count as corrupt.</summary>
internal sealed class SegmentCheck : IRecordSink
{
    private readonly HashSet<BlobKey> found = [];

    /// <summary>Checks all records that stand before the end of the segment.</summary>
    public static void Run(Segment segment, LogState state)
    {
        var check = new SegmentCheck();
        try
        {
            new SegmentScanner(new SegmentWindow(segment.File, segment.End), segment.Head.Marker, check).Scan(SegmentHead.RecordStart, after: 0, isComplete: true);
        }
        catch (IOException)
        {
            // What lies behind the unreadable place was not found either, and is marked.
        }

        foreach (var blob in state.Blobs.List())
        {
            if (blob.Place.Segment == segment.Number && !blob.Place.IsFile && !check.found.Contains(blob.Key))
            {
                state.Blobs.MarkCorrupt(blob.Key, blob.Place);
            }
        }
    }

    /// <inheritdoc/>
    public void Accept(in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset)
    {
        if (head.Kind is RecordKind.Blob)
        {
            found.Add(BlobKey.Of(hash));
        }
    }

    /// <inheritdoc/>
    public void Damage(long offset, long length, ReadOnlySpan<byte> hash, bool wasDurable)
    {
        // Blobs are asked for by what was found.
    }
}
