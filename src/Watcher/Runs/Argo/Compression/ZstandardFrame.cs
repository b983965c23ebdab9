using System.Buffers.Binary;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>Decompresses one frame (RFC 8878, 3.1.1), block by block.</summary>
internal sealed class ZstandardFrame(BoundedOutput output)
{
    private const int LargestBlock = 128 * 1024;

    private readonly ZstandardSequences sequences = new();
    private readonly int start = output.Length;
    private HuffmanTable? literalCodes;

    /// <summary>Reads the frame behind its magic number and moves <paramref name="source"/> behind the frame.</summary>
    /// <exception cref="InvalidDataException">The frame is malformed, needs a dictionary, or its length or checksum is wrong.</exception>
    public void Read(ref ReadOnlySpan<byte> source)
    {
        int descriptor = Take(ref source, 1)[0];
        bool isSingleSegment = (descriptor & 0x20) is not 0;
        if ((descriptor & 0x08) is not 0)
        {
            throw new InvalidDataException("a reserved bit is set");
        }

        ulong window = isSingleSegment ? ulong.MaxValue : WindowOf(Take(ref source, 1)[0]);
        if (Take(ref source, (1 << (descriptor & 3)) >> 1).ContainsAnyExcept((byte)0))
        {
            throw new InvalidDataException("it needs a dictionary");
        }

        var contentSize = Take(ref source, (descriptor >> 6) is 0 ? (isSingleSegment ? 1 : 0) : 1 << (descriptor >> 6));
        ulong? size = contentSize.Length is 0 ? null : Number(contentSize) + (contentSize.Length is 2 ? 256UL : 0);
        if (isSingleSegment)
        {
            window = size!.Value;
        }

        int largestBlock = (int)Math.Min(window, LargestBlock);
        while (!ReadBlock(ref source, largestBlock))
        {
        }

        if (size is { } expected && expected != (ulong)(output.Length - start))
        {
            throw new InvalidDataException("it has another length than it says");
        }

        if ((descriptor & 0x04) is not 0 && BinaryPrimitives.ReadUInt32LittleEndian(Take(ref source, 4)) != (uint)XxHash64.Of(output.Written.Span[start..]))
        {
            throw new InvalidDataException("its checksum is wrong");
        }
    }

    private static ulong WindowOf(int descriptor)
    {
        ulong basis = 1UL << (10 + (descriptor >> 3));
        return basis + ((basis >> 3) * (ulong)(descriptor & 7));
    }

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> source, int count)
    {
        if (count > source.Length)
        {
            throw new InvalidDataException("it is cut off");
        }

        var taken = source[..count];
        source = source[count..];
        return taken;
    }

    /// <summary>Reads a block; true where it was the last.</summary>
    private bool ReadBlock(ref ReadOnlySpan<byte> source, int largestBlock)
    {
        int header = (int)Number(Take(ref source, 3));
        int size = header >> 3;
        if (size > largestBlock)
        {
            throw new InvalidDataException("a block is larger than allowed");
        }

        switch ((header >> 1) & 3)
        {
            case 0:
                Take(ref source, size).CopyTo(output.Extend(size));
                break;
            case 1:
                byte repeated = Take(ref source, 1)[0];
                output.Extend(size).Fill(repeated);
                break;
            case 2:
                ReadCompressed(Take(ref source, size), largestBlock);
                break;
            default:
                throw new InvalidDataException("a block is of a reserved type");
        }

        return (header & 1) is 1;
    }

    private void ReadCompressed(ReadOnlySpan<byte> block, int largestBlock)
    {
        byte[] literals = ReadLiterals(ref block, largestBlock);
        sequences.Run(block, literals, output, start, largestBlock);
    }

    /// <summary>Reads the literals section (RFC 8878, 3.1.1.3.1).</summary>
    private byte[] ReadLiterals(ref ReadOnlySpan<byte> block, int largestBlock)
    {
        int first = block.IsEmpty ? throw new InvalidDataException("a block is cut off") : block[0];
        int type = first & 3;
        int format = (first >> 2) & 3;
        if (type < 2)
        {
            int length = (format & 1) is 0 ? Take(ref block, 1)[0] >> 3 : (int)(Number(Take(ref block, format is 1 ? 2 : 3)) >> 4);
            byte[] plain = Room(length, largestBlock);
            if (type is 0)
            {
                Take(ref block, length).CopyTo(plain);
            }
            else
            {
                Array.Fill(plain, Take(ref block, 1)[0]);
            }

            return plain;
        }

        int width = format switch { < 2 => 10, 2 => 14, _ => 18 };
        ulong header = Number(Take(ref block, format switch { < 2 => 3, 2 => 4, _ => 5 })) >> 4;
        byte[] literals = Room((int)(header & ((1UL << width) - 1)), largestBlock);
        var compressed = Take(ref block, (int)(header >> width));
        literalCodes = type is 2 ? HuffmanTable.Read(ref compressed) : literalCodes;
        Decode(literalCodes ?? throw new InvalidDataException("literals are to use a table before there was one"), compressed, literals, hasOneStream: format is 0);
        return literals;
    }

    private static byte[] Room(int length, int largestBlock) =>
        length <= largestBlock ? new byte[length] : throw new InvalidDataException("a block has more literals than allowed");

    /// <summary>Decodes one stream, or four of which the first three have the same length.</summary>
    private static void Decode(HuffmanTable codes, ReadOnlySpan<byte> compressed, Span<byte> literals, bool hasOneStream)
    {
        if (hasOneStream)
        {
            codes.Decode(compressed, literals);
            return;
        }

        var lengths = Take(ref compressed, 6);
        int each = (literals.Length + 3) / 4;
        for (int i = 0; i < 3; i++)
        {
            if (literals.Length < each)
            {
                throw new InvalidDataException("there are too few literals for four streams");
            }

            codes.Decode(Take(ref compressed, BinaryPrimitives.ReadUInt16LittleEndian(lengths[(2 * i)..])), literals[..each]);
            literals = literals[each..];
        }

        codes.Decode(compressed, literals);
    }
}
