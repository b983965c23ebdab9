using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>
/// What a segment says of itself, twice: at its beginning and 512 bytes on. Little-endian: the format (64 bits), the marker (64), where the
/// previous segment ends (64), its own number (32), the number of the previous segment (32), the checksum of all that (32).
/// </summary>
/// <param name="Number">The number of the segment.</param>
/// <param name="Marker">
/// Random: begins every record. Nobody outside knows it, so that nobody can push a blob that contains a record, to be found there when
/// a damaged segment is searched.
/// </param>
/// <param name="Previous">The number of the segment before; 0 for none.</param>
/// <param name="PreviousEnd">Where the segment before ends: what stands behind that was never answered for.</param>
internal readonly record struct SegmentHead(int Number, ulong Marker, int Previous, long PreviousEnd)
{
    /// <summary>Where the first record begins.</summary>
    public const int RecordStart = 1024;

    private const ulong Format = 0x3247_4553_564f_5250; // PROVSEG2
    private const int CopyStart = 512;
    private const int Length = 36;

    /// <summary>Reads either copy; null where both are damaged.</summary>
    public static SegmentHead? Read(ReadOnlySpan<byte> bytes) => ReadCopy(bytes) ?? (bytes.Length > CopyStart ? ReadCopy(bytes[CopyStart..]) : null);

    /// <summary>The bytes before the first record.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[RecordStart];
        Write(bytes);
        Write(bytes.AsSpan(CopyStart));
        return bytes;
    }

    private static SegmentHead? ReadCopy(ReadOnlySpan<byte> bytes) =>
        bytes.Length < Length
        || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Format
        || BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]) is var checksum && checksum != Checksum.Of(bytes[..32])
            ? null
            : new SegmentHead(
                BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));

    private void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Format);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Marker);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], PreviousEnd);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], Previous);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], Checksum.Of(target[..32]));
    }
}
