using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>
/// Reads the records of a segment and verifies them. A damaged record does not hide those behind it: they are searched for by the
/// segment's marker.
/// </summary>
internal sealed class SegmentScanner(SegmentWindow window, ulong marker, IRecordSink sink)
{
    private readonly List<(long Offset, long Length, byte[] Hash)> gaps = [];

    /// <summary>The sequence of the last record.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Where the last sound record ends.</summary>
    public long End { get; private set; }

    /// <summary>Reads from an offset, behind a record of the given sequence, to the end of the window.</summary>
    /// <param name="from">Where a record begins.</param>
    /// <param name="after">The sequence of the record before; 0 for none.</param>
    /// <param name="isComplete">Whether all of the segment was durable, so that what is unreadable at its end is damage and no torn write.</param>
    public void Scan(long from, long after, bool isComplete)
    {
        long position = from;
        (End, LastSequence) = (from, after);
        while (position < window.Limit)
        {
            if (TryReadHead(position, out var head, out var hash))
            {
                ReadBody(position, head, hash);
                position += head.TotalLength;
            }
            else
            {
                long next = FindMarker(position + sizeof(ulong));
                gaps.Add((position, next - position, []));
                position = next;
            }
        }

        if (isComplete)
        {
            Report(long.MaxValue);
            End = Math.Max(End, window.Limit);
        }
    }

    private bool TryReadHead(long position, out RecordHead head, out byte[] hash)
    {
        hash = [];
        bool found = RecordHead.TryRead(window.Read(position, RecordHead.Length + 64), marker, out head, out var read)
            && head.Sequence > LastSequence
            && position + head.TotalLength <= window.Limit;
        if (found)
        {
            hash = read.ToArray();
        }

        return found;
    }

    private void ReadBody(long position, in RecordHead head, byte[] hash)
    {
        var body = window.Read(position + RecordHead.Length + head.HashLength, head.BodyLength);
        if (body.Length == head.BodyLength && Checksum.Of(body) == head.BodyChecksum)
        {
            Report(head.BatchStart);
            LastSequence = head.Sequence;
            End = position + head.TotalLength;
            sink.Accept(head, hash, body[head.PayloadLength..], position);
        }
        else
        {
            gaps.Add((position, head.TotalLength, hash));
        }
    }

    /// <summary>Tells the gaps before a record. Those before its batch had been durable.</summary>
    private void Report(long batchStart)
    {
        foreach (var (offset, length, hash) in gaps)
        {
            sink.Damage(offset, length, hash, wasDurable: offset < batchStart);
        }

        gaps.Clear();
    }

    private long FindMarker(long from)
    {
        const int step = 256 * 1024;
        Span<byte> wanted = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, marker);
        for (long position = from; position < window.Limit; position += step)
        {
            var bytes = window.Read(position, step + sizeof(ulong));
            for (int index = 0; index < bytes.Length;)
            {
                int found = bytes[index..].IndexOf(wanted);
                if (found < 0)
                {
                    break;
                }

                index += found;
                if ((position + index) % sizeof(ulong) is 0)
                {
                    return position + index;
                }

                index++;
            }
        }

        return window.Limit;
    }
}
