using System.Buffers.Binary;
using System.Numerics;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>
/// Reads a bit stream from its end to its start, as FSE and Huffman streams are written (RFC 8878, 4.1). Bits before the start are 0; that
/// they were asked for shows in <see cref="Left"/>.
/// </summary>
internal ref struct BackwardBits
{
    private readonly ReadOnlySpan<byte> bytes;

    /// <summary>Begins behind the highest bit that is set in the last byte, which marks the end.</summary>
    /// <exception cref="InvalidDataException">There is no such mark.</exception>
    public BackwardBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[^1] is 0)
        {
            throw new InvalidDataException("a bit stream has no end mark");
        }

        this.bytes = bytes;
        Left = ((bytes.Length - 1) * 8) + BitOperations.Log2(bytes[^1]);
    }

    /// <summary>How many bits are left; less than 0 when more were read than there are.</summary>
    public int Left { get; private set; }

    /// <summary>The next bits, at most 32.</summary>
    public readonly uint Peek(int count)
    {
        int start = Left - count;
        return Left <= 0 ? 0 : start >= 0 ? At(start, count) : At(0, Left) << -start;
    }

    /// <summary>Passes over bits.</summary>
    public void Skip(int count) => Left -= count;

    /// <summary>Reads bits, at most 32.</summary>
    public uint Read(int count)
    {
        uint value = Peek(count);
        Left -= count;
        return value;
    }

    private readonly uint At(int start, int count)
    {
        var from = bytes[(start / 8)..];
        ulong word = 0;
        if (from.Length >= sizeof(ulong))
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(from);
        }
        else
        {
            for (int i = from.Length - 1; i >= 0; i--)
            {
                word = (word << 8) | from[i];
            }
        }

        return (uint)((word >> (start % 8)) & ((1UL << count) - 1));
    }
}
