using System.Numerics;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>A decoding table of Huffman-coded literals (RFC 8878, 4.2).</summary>
internal sealed class HuffmanTable
{
    private const int LongestCode = 11;
    private const int HighestAccuracy = 6;

    private readonly int width;
    private readonly (byte Symbol, byte Bits)[] entries;

    private HuffmanTable(int width, (byte Symbol, byte Bits)[] entries)
    {
        this.width = width;
        this.entries = entries;
    }

    /// <summary>Reads the description of a table (RFC 8878, 4.2.1) and moves <paramref name="source"/> behind it.</summary>
    /// <exception cref="InvalidDataException">It is no description.</exception>
    public static HuffmanTable Read(ref ReadOnlySpan<byte> source)
    {
        Span<byte> weights = stackalloc byte[256];
        int header = Take(ref source, 1)[0];
        int count = header - 127;
        if (header < 128)
        {
            count = ReadCompressed(Take(ref source, header), weights[..255]);
        }
        else
        {
            var halves = Take(ref source, (count + 1) / 2);
            for (int i = 0; i < count; i++)
            {
                weights[i] = (byte)(i % 2 is 0 ? halves[i / 2] >> 4 : halves[i / 2] & 15);
            }
        }

        return Build(weights, count);
    }

    /// <summary>Decodes one stream, which must hold exactly the symbols that are asked for.</summary>
    /// <exception cref="InvalidDataException">It holds more or fewer.</exception>
    public void Decode(ReadOnlySpan<byte> stream, Span<byte> literals)
    {
        var bits = new BackwardBits(stream);
        foreach (ref byte literal in literals)
        {
            var (symbol, length) = entries[(int)bits.Peek(width)];
            bits.Skip(length);
            literal = symbol;
        }

        if (bits.Left is not 0)
        {
            throw new InvalidDataException("a stream of literals has another length than it says");
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> source, int count)
    {
        if (count > source.Length)
        {
            throw new InvalidDataException("a description of literals is cut off");
        }

        var taken = source[..count];
        source = source[count..];
        return taken;
    }

    /// <summary>Reads weights that are themselves compressed: two states take turns until the bits run out.</summary>
    private static int ReadCompressed(ReadOnlySpan<byte> source, Span<byte> weights)
    {
        var table = FseTable.Read(ref source, HighestAccuracy, LongestCode + 1);
        var bits = new BackwardBits(source);
        int state = (int)bits.Read(table.Accuracy);
        int other = (int)bits.Read(table.Accuracy);
        for (int count = 0; count + 1 < weights.Length; (state, other) = (other, state))
        {
            weights[count++] = table.SymbolOf(state);
            state = table.Next(state, ref bits);
            if (bits.Left < 0)
            {
                weights[count++] = table.SymbolOf(other);
                return count;
            }
        }

        throw new InvalidDataException("there are more weights than symbols");
    }

    /// <summary>Builds the table; the weight of the last symbol is what the others leave of a power of two.</summary>
    private static HuffmanTable Build(Span<byte> weights, int count)
    {
        int sum = 0;
        foreach (byte weight in weights[..count])
        {
            if (weight > LongestCode)
            {
                throw new InvalidDataException("a code is longer than allowed");
            }

            sum += weight is 0 ? 0 : 1 << (weight - 1);
        }

        int width = sum is 0 ? 0 : BitOperations.Log2((uint)sum) + 1;
        int left = (1 << width) - sum;
        if (sum is 0 || width > LongestCode || !BitOperations.IsPow2(left))
        {
            throw new InvalidDataException("the weights of the literals do not add up");
        }

        weights[count++] = (byte)(BitOperations.Log2((uint)left) + 1);
        var entries = new (byte Symbol, byte Bits)[1 << width];
        int filled = 0;
        for (int weight = 1; weight <= width; weight++)
        {
            for (int symbol = 0; symbol < count; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    entries.AsSpan(filled, 1 << (weight - 1)).Fill(((byte)symbol, (byte)(width + 1 - weight)));
                    filled += 1 << (weight - 1);
                }
            }
        }

        return new HuffmanTable(width, entries);
    }
}
