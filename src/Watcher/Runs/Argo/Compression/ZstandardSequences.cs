namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>Carries out the sequences of a block (RFC 8878, 3.1.1.3.2): so many literals, then so many bytes of what was written before.</summary>
internal sealed class ZstandardSequences
{
    private const int Predefined = 0;
    private const int RunLength = 1;
    private const int Described = 2;

    private static readonly FseTable PredefinedLiteralLengths = FseTable.Build(
        6, [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    private static readonly FseTable PredefinedMatchLengths = FseTable.Build(
        6, [1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1]);

    private static readonly FseTable PredefinedOffsets = FseTable.Build(
        5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    private static readonly (int Base, int Bits)[] LiteralLengths =
    [
        .. Enumerable.Range(0, 16).Select(static i => (i, 0)),
        (16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (28, 2), (32, 3), (40, 3), (48, 4), (64, 6), (128, 7), (256, 8), (512, 9),
        (1024, 10), (2048, 11), (4096, 12), (8192, 13), (16384, 14), (32768, 15), (65536, 16),
    ];

    private static readonly (int Base, int Bits)[] MatchLengths =
    [
        .. Enumerable.Range(3, 32).Select(static i => (i, 0)),
        (35, 1), (37, 1), (39, 1), (41, 1), (43, 2), (47, 2), (51, 3), (59, 3), (67, 4), (83, 4), (99, 5), (131, 7), (259, 8), (515, 9),
        (1027, 10), (2051, 11), (4099, 12), (8195, 13), (16387, 14), (32771, 15), (65539, 16),
    ];

    private const int HighestOffsetCode = 31;

    private readonly long[] repeated = [1, 4, 8];
    private FseTable? literalLengths;
    private FseTable? offsets;
    private FseTable? matchLengths;

    /// <summary>Reads the section and carries it out; literals that no sequence takes come last.</summary>
    /// <param name="section">The section, to the end of its block.</param>
    /// <param name="literals">The literals of the block.</param>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="frameStart">Where the frame began in the output: no match may lie before it.</param>
    /// <param name="largestBlock">How many bytes the block may become.</param>
    /// <exception cref="InvalidDataException">The section is malformed.</exception>
    public void Run(ReadOnlySpan<byte> section, ReadOnlySpan<byte> literals, BoundedOutput output, int frameStart, int largestBlock)
    {
        int blockEnd = output.Length + largestBlock;
        int count = ReadCount(ref section);
        if (count > 0)
        {
            ReadTables(ref section);
            literals = Run(new BackwardBits(section), count, literals, output, frameStart, blockEnd);
        }
        else if (!section.IsEmpty)
        {
            throw new InvalidDataException("a block goes on behind its end");
        }

        Copy(literals, output, blockEnd);
    }

    private static int ReadCount(ref ReadOnlySpan<byte> section)
    {
        int first = Next(ref section);
        return first switch
        {
            < 128 => first,
            < 255 => ((first - 128) << 8) + Next(ref section),
            _ => Next(ref section) + (Next(ref section) << 8) + 0x7F00,
        };
    }

    private static byte Next(ref ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty)
        {
            throw new InvalidDataException("a block is cut off");
        }

        byte next = section[0];
        section = section[1..];
        return next;
    }

    private void ReadTables(ref ReadOnlySpan<byte> section)
    {
        int modes = Next(ref section);
        if ((modes & 3) is not 0)
        {
            throw new InvalidDataException("a reserved bit is set");
        }

        literalLengths = ReadTable(ref section, modes >> 6, PredefinedLiteralLengths, literalLengths, 9, LiteralLengths.Length - 1);
        offsets = ReadTable(ref section, (modes >> 4) & 3, PredefinedOffsets, offsets, 8, HighestOffsetCode);
        matchLengths = ReadTable(ref section, (modes >> 2) & 3, PredefinedMatchLengths, matchLengths, 9, MatchLengths.Length - 1);
    }

    private static FseTable ReadTable(ref ReadOnlySpan<byte> section, int mode, FseTable predefined, FseTable? previous, int highestAccuracy, int highestSymbol)
    {
        switch (mode)
        {
            case Predefined:
                return predefined;
            case RunLength:
                byte symbol = Next(ref section);
                return symbol <= highestSymbol ? FseTable.Repeat(symbol) : throw new InvalidDataException("a code does not exist");
            case Described:
                return FseTable.Read(ref section, highestAccuracy, highestSymbol);
            default:
                return previous ?? throw new InvalidDataException("a table is to be used again before there was one");
        }
    }

    private ReadOnlySpan<byte> Run(BackwardBits bits, int count, ReadOnlySpan<byte> literals, BoundedOutput output, int frameStart, int blockEnd)
    {
        int literalState = (int)bits.Read(literalLengths!.Accuracy);
        int offsetState = (int)bits.Read(offsets!.Accuracy);
        int matchState = (int)bits.Read(matchLengths!.Accuracy);
        while (true)
        {
            int offsetCode = offsets.SymbolOf(offsetState);
            long offsetValue = (1L << offsetCode) + bits.Read(offsetCode);
            var match = MatchLengths[matchLengths.SymbolOf(matchState)];
            int matchLength = match.Base + (int)bits.Read(match.Bits);
            var literal = LiteralLengths[literalLengths.SymbolOf(literalState)];
            int literalLength = literal.Base + (int)bits.Read(literal.Bits);
            if (bits.Left < 0 || literalLength > literals.Length)
            {
                throw new InvalidDataException("a sequence asks for more than there is");
            }

            Copy(literals[..literalLength], output, blockEnd);
            literals = literals[literalLength..];
            if (matchLength > blockEnd - output.Length)
            {
                throw new InvalidDataException("a block is larger than allowed");
            }

            output.Repeat(ResolveOffset(offsetValue, literalLength), matchLength, frameStart);
            if (--count is 0)
            {
                break;
            }

            literalState = literalLengths.Next(literalState, ref bits);
            matchState = matchLengths.Next(matchState, ref bits);
            offsetState = offsets.Next(offsetState, ref bits);
        }

        return bits.Left is 0 ? literals : throw new InvalidDataException("a block has more bits than sequences");
    }

    private static void Copy(ReadOnlySpan<byte> literals, BoundedOutput output, int blockEnd)
    {
        if (literals.Length > blockEnd - output.Length)
        {
            throw new InvalidDataException("a block is larger than allowed");
        }

        literals.CopyTo(output.Extend(literals.Length));
    }

    /// <summary>The values 1 to 3 stand for the last three offsets (RFC 8878, 3.1.1.5); without literals they stand for the next one each.</summary>
    private long ResolveOffset(long value, int literalLength)
    {
        if (value > 3)
        {
            (repeated[2], repeated[1], repeated[0]) = (repeated[1], repeated[0], value - 3);
            return repeated[0];
        }

        long index = literalLength is 0 ? value : value - 1;
        long offset = index is 3 ? repeated[0] - 1 : repeated[index];
        if (index > 1)
        {
            repeated[2] = repeated[1];
        }

        if (index > 0)
        {
            (repeated[1], repeated[0]) = (repeated[0], offset);
        }

        return offset;
    }
}
