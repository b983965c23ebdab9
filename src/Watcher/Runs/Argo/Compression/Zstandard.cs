using System.Buffers.Binary;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>Decompresses Zstandard (RFC 8878) without dictionaries, which .NET cannot.</summary>
internal static class Zstandard
{
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;

    /// <summary>Whether the bytes begin as a frame does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> source) => BinaryPrimitives.TryReadUInt32LittleEndian(source, out uint magic) && IsMagic(magic);

    /// <summary>Decompresses all frames.</summary>
    /// <exception cref="InvalidDataException">The bytes are malformed, or become more than <paramref name="limit"/>.</exception>
    public static ReadOnlyMemory<byte> Decompress(ReadOnlySpan<byte> source, int limit)
    {
        var output = new BoundedOutput(limit);
        do
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(source, out uint magic) || !IsMagic(magic))
            {
                throw new InvalidDataException("it does not begin as Zstandard does");
            }

            source = source[sizeof(uint)..];
            if (magic is Magic)
            {
                new ZstandardFrame(output).Read(ref source);
            }
            else
            {
                source = Skip(source);
            }
        }
        while (!source.IsEmpty);
        return output.Written;
    }

    private static bool IsMagic(uint magic) => magic is Magic || (magic & ~0xFU) is SkippableMagic;

    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> source) =>
        BinaryPrimitives.TryReadUInt32LittleEndian(source, out uint size) && size <= (uint)(source.Length - sizeof(uint))
            ? source[(sizeof(uint) + (int)size)..]
            : throw new InvalidDataException("it is cut off");
}
