using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Watcher.Journals;

/// <summary>
/// Segments and records as bytes. A segment begins with eight bytes that name the format. A record is its payload's length (32 bits), a
/// CRC-32C of all that follows (32 bits), the state (8 bits), the run's number (64 bits) and the payload; numbers are little-endian.
/// </summary>
internal static class RecordFormat
{
    /// <summary>The bytes before a payload.</summary>
    public const int HeadLength = 4 + 4 + 1 + 8;

    /// <summary>The bytes before the first record.</summary>
    public static ReadOnlySpan<byte> Magic => "PRVJRNL1"u8;

    /// <summary>Writes a record; <paramref name="target"/> has room for exactly its head and payload.</summary>
    public static void Write(Span<byte> target, JournalState state, long run, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, payload.Length);
        target[8] = (byte)state;
        BinaryPrimitives.WriteInt64LittleEndian(target[9..], run);
        payload.CopyTo(target[HeadLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], ChecksumOf(target[8..], payload.Length));
    }

    /// <summary>Reads the record at the start of some bytes; false where there is no whole and undamaged one.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> source, int maximumPayload, out JournalState state, out long run, out ReadOnlyMemory<byte> payload)
    {
        (state, run, payload) = (default, 0, default);
        if (source.Length < HeadLength)
        {
            return false;
        }

        var head = source.Span;
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > maximumPayload || source.Length - HeadLength < length
            || BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != ChecksumOf(head[8..(HeadLength + length)], length))
        {
            return false;
        }

        state = (JournalState)head[8];
        run = BinaryPrimitives.ReadInt64LittleEndian(head[9..]);
        payload = source.Slice(HeadLength, length);
        return true;
    }

    /// <summary>The length goes in too: a run of zeros, as a crash may leave one, is then no record.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> content, int length)
    {
        Span<byte> start = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(start, length);
        return Checksum.Of(content, Checksum.Of(start));
    }
}
