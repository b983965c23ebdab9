using System.Buffers.Binary;
using System.Text;

namespace Provenance.ArtifactStore.Keys;

/// <summary>
/// Changes as bytes, one after the other: the lengths of table and name (16 bits each), the length of the value (32 bits, all ones for a
/// removal), then the three. Little-endian; names are UTF-8.
/// </summary>
internal static class KeyChangeFormat
{
    /// <summary>The largest value, in bytes.</summary>
    public const int MaximumValue = 64 * 1024;

    private const int MaximumName = 4096;
    private const int HeadLength = 8;
    private const uint Removal = uint.MaxValue;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes changes.</summary>
    /// <exception cref="ArgumentException">A name or a value is too large, or a name is no Unicode.</exception>
    public static byte[] Write(IReadOnlyList<KeyChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        int length = 0;
        foreach (var change in changes)
        {
            length += HeadLength + Measure(change.Table) + Measure(change.Name) + Measure(change.Value);
        }

        byte[] bytes = length is 0 ? [] : new byte[length];
        var rest = bytes.AsSpan();
        foreach (var change in changes)
        {
            int table = Utf8.GetBytes(change.Table, rest[HeadLength..]);
            int name = Utf8.GetBytes(change.Name, rest[(HeadLength + table)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)table);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], (ushort)name);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], change.Value is { } given ? (uint)given.Length : Removal);
            rest = rest[(HeadLength + table + name)..];
            if (change.Value is { } value)
            {
                value.Span.CopyTo(rest);
                rest = rest[value.Length..];
            }
        }

        return bytes;
    }

    /// <summary>Takes the next change off the front; false at the end and where the bytes are no change.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out KeyChangeBytes change)
    {
        change = default;
        if (bytes.Length < HeadLength)
        {
            return false;
        }

        int table = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        int name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        bool isRemoval = length is Removal;
        long total = HeadLength + table + name + (isRemoval ? 0L : length);
        if (total > bytes.Length)
        {
            return false;
        }

        change = new KeyChangeBytes
        {
            Table = bytes.Slice(HeadLength, table),
            Name = bytes.Slice(HeadLength + table, name),
            Value = isRemoval ? default : bytes.Slice(HeadLength + table + name, (int)length),
            IsRemoval = isRemoval,
            Length = (int)total,
        };
        bytes = bytes[(int)total..];
        return true;
    }

    private static int Measure(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int length = Utf8.GetByteCount(name);
        return length <= MaximumName ? length : throw new ArgumentException($"A table or name has at most {MaximumName} bytes, not {length}.", nameof(name));
    }

    private static int Measure(ReadOnlyMemory<byte>? value) =>
        value is not { } given ? 0
        : given.Length <= MaximumValue ? given.Length
        : throw new ArgumentException($"A value has at most {MaximumValue} bytes, not {given.Length}.", nameof(value));
}
