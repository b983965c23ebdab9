using System.Numerics;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>A decoding table of finite state entropy coding (RFC 8878, 4.1): each state gives a symbol, and the bits that lead to the next state.</summary>
internal sealed class FseTable
{
    private const int LowestAccuracy = 5;

    private readonly (byte Symbol, byte Bits, ushort Base)[] states;

    private FseTable(int accuracy, (byte Symbol, byte Bits, ushort Base)[] states)
    {
        Accuracy = accuracy;
        this.states = states;
    }

    /// <summary>How many bits the first state has.</summary>
    public int Accuracy { get; }

    /// <summary>The table of a stream that repeats one symbol and spends no bits on it.</summary>
    public static FseTable Repeat(byte symbol) => new(0, [(symbol, 0, 0)]);

    /// <summary>Reads the description of a table (RFC 8878, 4.1.1) and moves <paramref name="source"/> behind it.</summary>
    /// <exception cref="InvalidDataException">It is no description, or of a larger table than is allowed in its place.</exception>
    public static FseTable Read(ref ReadOnlySpan<byte> source, int highestAccuracy, int highestSymbol)
    {
        var bits = new ForwardBits(source);
        int accuracy = LowestAccuracy + bits.Read(4);
        if (accuracy > highestAccuracy)
        {
            throw new InvalidDataException("a table is larger than its place allows");
        }

        Span<short> counts = stackalloc short[highestSymbol + 1];
        int symbols = 0;
        for (int remaining = 1 << accuracy; remaining > 0;)
        {
            int count = ReadCount(ref bits, remaining);
            remaining -= Math.Abs(count);
            Append(counts, ref symbols, (short)count);
            for (int zeros = count is 0 ? bits.Read(2) : 0; zeros > 0; zeros = zeros is 3 ? bits.Read(2) : 0)
            {
                for (int i = 0; i < zeros; i++)
                {
                    Append(counts, ref symbols, 0);
                }
            }
        }

        source = source[bits.BytesRead..];
        return Build(accuracy, counts[..symbols]);
    }

    /// <summary>Builds the table of a distribution, in which -1 stands for "less than one" (RFC 8878, 4.1.1).</summary>
    /// <exception cref="InvalidDataException">The distribution does not add up.</exception>
    public static FseTable Build(int accuracy, ReadOnlySpan<short> counts)
    {
        int size = 1 << accuracy;
        byte[] symbols = new byte[size];
        Span<int> next = stackalloc int[counts.Length];
        int high = size;
        int sum = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            sum += Math.Abs(counts[symbol]);
            next[symbol] = Math.Abs((int)counts[symbol]);
            if (counts[symbol] < 0)
            {
                symbols[--high] = (byte)symbol;
            }
        }

        if (sum != size)
        {
            throw new InvalidDataException("the distribution of a table does not add up");
        }

        Spread(counts, symbols, high);
        var states = new (byte Symbol, byte Bits, ushort Base)[size];
        for (int state = 0; state < size; state++)
        {
            byte symbol = symbols[state];
            int rank = next[symbol]++;
            int bits = accuracy - BitOperations.Log2((uint)rank);
            states[state] = (symbol, (byte)bits, (ushort)((rank << bits) - size));
        }

        return new FseTable(accuracy, states);
    }

    /// <summary>The symbol of a state.</summary>
    public byte SymbolOf(int state) => states[state].Symbol;

    /// <summary>Reads the state that follows.</summary>
    public int Next(int state, ref BackwardBits bits) => states[state].Base + (int)bits.Read(states[state].Bits);

    /// <summary>Reads how often a symbol occurs; small values take one bit less.</summary>
    private static int ReadCount(ref ForwardBits bits, int remaining)
    {
        int width = BitOperations.Log2((uint)remaining + 1) + 1;
        int low = bits.Read(width - 1);
        int shortened = (1 << width) - 2 - remaining;
        if (low < shortened)
        {
            return low - 1;
        }

        int value = low + (bits.Read(1) << (width - 1));
        return (value >= 1 << (width - 1) ? value - shortened : value) - 1;
    }

    private static void Append(Span<short> counts, ref int symbols, short count)
    {
        if (symbols == counts.Length)
        {
            throw new InvalidDataException("a table has more symbols than its place allows");
        }

        counts[symbols++] = count;
    }

    /// <summary>Spreads the symbols over the states below <paramref name="high"/> in the order that the format prescribes.</summary>
    private static void Spread(ReadOnlySpan<short> counts, byte[] symbols, int high)
    {
        int mask = symbols.Length - 1;
        int step = (symbols.Length >> 1) + (symbols.Length >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            for (int i = 0; i < counts[symbol]; i++)
            {
                symbols[position] = (byte)symbol;
                do
                {
                    position = (position + step) & mask;
                }
                while (position >= high);
            }
        }
    }
}
