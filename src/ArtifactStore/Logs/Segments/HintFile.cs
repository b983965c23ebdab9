using System.Buffers;
using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>
/// What a segment's records say without their payloads, so that a store starts without reading blobs. A hint is never needed: a missing
/// or damaged one, or one that does not fit its segment, is as good as none.
/// </summary>
/// <remarks>
/// Little-endian: format (64 bits), marker of the segment (64), how far the segment is covered (64), sequence of the last record (64),
/// number of the segment (32), checksum of all that and what follows (32); then for each record its offset (32), kind (8), length of the
/// hash (8), size of the blob (64), length of the keys (32), hash and keys.
/// </remarks>
internal sealed class HintFile(SegmentHead segment)
{
    private const ulong Format = 0x3254_4e49_4856_5250; // PRVHINT2
    private const int HeadLength = 40;
    private const int ChecksumStart = 36;
    private const int EntryLength = 18;

    private readonly ArrayBufferWriter<byte> entries = new(4096);

    /// <summary>How far the segment is covered.</summary>
    public long Covered { get; private set; } = SegmentHead.RecordStart;

    /// <summary>The sequence of the last record.</summary>
    public long LastSequence { get; private set; }

    /// <summary>
    /// Reads the hint of a segment into the sink; null where there is none that fits. What it covers must lie before <paramref name="limit"/>,
    /// where the segment ends.
    /// </summary>
    /// <remarks>The hint that is returned has what it read only if it is to be <paramref name="continued"/>.</remarks>
    public static HintFile? Read(string path, SegmentHead segment, long limit, bool continued, IRecordSink sink)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return null;
        }

        if (bytes.Length < HeadLength
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Format
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)) != segment.Marker
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(32)) != segment.Number
            || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)) > limit
            || Seal(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumStart)))
        {
            return null;
        }

        var hint = new HintFile(segment)
        {
            Covered = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)),
            LastSequence = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)),
        };
        if (continued || hint.Covered < limit)
        {
            hint.entries.Write(bytes.AsSpan(HeadLength));
        }

        Replay(bytes.AsSpan(HeadLength), sink);
        return hint;
    }

    /// <summary>Adds a record.</summary>
    public void Add(in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset)
    {
        var entry = entries.GetSpan(EntryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)offset);
        entry[4] = (byte)head.Kind;
        entry[5] = (byte)hash.Length;
        BinaryPrimitives.WriteInt64LittleEndian(entry[6..], head.BlobSize);
        BinaryPrimitives.WriteInt32LittleEndian(entry[14..], keys.Length);
        entries.Advance(EntryLength);
        entries.Write(hash);
        entries.Write(keys);
        Covered = offset + head.TotalLength;
        LastSequence = head.Sequence;
    }

    /// <summary>Writes the hint. It need not be durable.</summary>
    public void Write(string temporary, string path)
    {
        byte[] bytes = new byte[HeadLength + entries.WrittenCount];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Format);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), segment.Marker);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Covered);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), LastSequence);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), segment.Number);
        entries.WrittenSpan.CopyTo(bytes.AsSpan(HeadLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumStart), Seal(bytes));
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }

    private static uint Seal(byte[] bytes) => Checksum.Of(bytes.AsSpan(HeadLength), Checksum.Of(bytes.AsSpan(0, ChecksumStart)));

    private static void Replay(ReadOnlySpan<byte> rest, IRecordSink sink)
    {
        while (rest.Length >= EntryLength)
        {
            int hashLength = rest[5];
            int keysLength = BinaryPrimitives.ReadInt32LittleEndian(rest[14..]);
            var head = new RecordHead(
                (RecordKind)rest[4], hashLength, Sequence: 0, BatchStart: 0, BodyChecksum: 0, BinaryPrimitives.ReadInt64LittleEndian(rest[6..]), keysLength);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            sink.Accept(head, rest.Slice(EntryLength, hashLength), rest.Slice(EntryLength + hashLength, keysLength), offset);
            rest = rest[(EntryLength + hashLength + keysLength)..];
        }
    }
}
