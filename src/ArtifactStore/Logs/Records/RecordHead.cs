using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Logs.Records;

/// <summary>
/// The beginning of a record, 48 bytes, little-endian: marker (64 bits), checksum of what follows up to and with the hash (32),
/// kind (8), length of the hash (8), zero (16), sequence (64), where the batch begins (32), checksum of the body (32), size of the blob
/// (64), length of the key changes (32), zero (32). The hash follows (0, 32 or 64 bytes), then the body: payload and key changes. Records begin
/// at multiples of 8.
/// </summary>
/// <param name="Kind">What the record says.</param>
/// <param name="HashLength">0 without a blob, 32 for SHA-256, 64 for SHA-512.</param>
/// <param name="Sequence">Grows from record to record over all segments: what stands behind a larger one is a leftover.</param>
/// <param name="BatchStart">Where the batch begins in the segment. What stands before was durable when this was written.</param>
/// <param name="BodyChecksum">The checksum of the body.</param>
/// <param name="BlobSize">The size of the blob.</param>
/// <param name="KeysLength">The length of the key changes.</param>
internal readonly record struct RecordHead(RecordKind Kind, int HashLength, long Sequence, uint BatchStart, uint BodyChecksum, long BlobSize, int KeysLength)
{
    /// <summary>The length without the hash.</summary>
    public const int Length = 48;

    /// <summary>The largest blob that is kept in a record.</summary>
    public const int MaximumPayload = 64 * 1024;

    /// <summary>The most bytes of key changes in one record.</summary>
    public const int MaximumKeys = 4 * 1024 * 1024;

    private const int Alignment = 8;
    private const int ChecksumStart = 12;

    /// <summary>The length of the payload.</summary>
    public int PayloadLength => Kind is RecordKind.Blob ? (int)BlobSize : 0;

    /// <summary>The length of payload and key changes.</summary>
    public int BodyLength => PayloadLength + KeysLength;

    /// <summary>From the beginning of the record to its payload, which the hash stands right before.</summary>
    public int PayloadStart => Length + HashLength;

    /// <summary>The whole length, with what is left empty until the next record.</summary>
    public int TotalLength => (Length + HashLength + BodyLength + Alignment - 1) & ~(Alignment - 1);

    /// <summary>Reads a head with its hash; false where there is none of this segment.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong marker, out RecordHead head, out ReadOnlySpan<byte> hash)
    {
        head = default;
        hash = default;
        if (bytes.Length < Length || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != marker)
        {
            return false;
        }

        var kind = (RecordKind)bytes[12];
        int hashLength = bytes[13];
        if (hashLength is not (0 or 32 or 64) || bytes.Length < Length + hashLength
            || Checksum.Of(bytes[ChecksumStart..(Length + hashLength)]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]))
        {
            return false;
        }

        head = new RecordHead(
            kind,
            hashLength,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]));
        hash = bytes.Slice(Length, hashLength);
        return head.IsSound;
    }

    /// <summary>Writes the head with its hash.</summary>
    public void Write(Span<byte> target, ulong marker, ReadOnlySpan<byte> hash)
    {
        target[..Length].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, marker);
        target[12] = (byte)Kind;
        target[13] = (byte)hash.Length;
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], BatchStart);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], BodyChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], BlobSize);
        BinaryPrimitives.WriteInt32LittleEndian(target[40..], KeysLength);
        hash.CopyTo(target[Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Checksum.Of(target[ChecksumStart..(Length + hash.Length)]));
    }

    private bool IsSound =>
        Sequence > 0 && BlobSize >= 0 && KeysLength is >= 0 and <= MaximumKeys
        && Kind switch
        {
            RecordKind.Keys => HashLength is 0,
            RecordKind.Blob => HashLength is not 0 && BlobSize <= MaximumPayload,
            RecordKind.File or RecordKind.Deletion or RecordKind.Corruption => HashLength is not 0,
            _ => false,
        };
}
