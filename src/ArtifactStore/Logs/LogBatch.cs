using System.Buffers;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Records;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>Records that are written and flushed together. Used again and again by one thread.</summary>
internal sealed class LogBatch
{
    private const int KeptSize = 8 * 1024 * 1024;

    private readonly List<(LogUnit Unit, RecordHead Head, long Offset)> records = [];
    private ArrayBufferWriter<byte> bytes = new(256 * 1024);

    /// <summary>What is to be written.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.WrittenSpan;

    /// <summary>The records in their order.</summary>
    public IReadOnlyList<(LogUnit Unit, RecordHead Head, long Offset)> Records => records;

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        records.Clear();
        if (bytes.Capacity > KeptSize)
        {
            bytes = new ArrayBufferWriter<byte>(256 * 1024);
        }
        else
        {
            bytes.ResetWrittenCount();
        }
    }

    /// <summary>Adds a unit behind the others.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="segment">Where the batch will be written, from the segment's end.</param>
    /// <param name="sequence">The sequence of the record.</param>
    /// <param name="keysOnly">Leaves the blob out, which is stored already.</param>
    public void Add(LogUnit unit, Segment segment, long sequence, bool keysOnly)
    {
        var head = unit.Head with { Sequence = sequence, BatchStart = (uint)segment.End };
        if (keysOnly)
        {
            head = head with { Kind = RecordKind.Keys, HashLength = 0, BlobSize = 0, BodyChecksum = Checksum.Of(unit.Keys) };
        }

        var target = bytes.GetSpan(head.TotalLength)[..head.TotalLength];
        head.Write(target, segment.Head.Marker, keysOnly ? [] : unit.Hash);
        var body = target[(RecordHead.Length + head.HashLength)..];
        if (!keysOnly)
        {
            unit.Payload.Span.CopyTo(body);
        }

        unit.Keys.CopyTo(body[head.PayloadLength..]);

        body[head.BodyLength..].Clear();
        records.Add((unit, head, segment.End + bytes.WrittenCount));
        bytes.Advance(head.TotalLength);
    }
}
