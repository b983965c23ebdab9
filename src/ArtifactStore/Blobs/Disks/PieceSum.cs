using System.Numerics;
using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>
/// Four CRC-32C of one piece, each over every fourth word, which a processor computes side by side: twenty times as fast as SHA-256. It
/// finds bytes that changed since they were last found right. It proves nothing to anybody who can choose them.
/// </summary>
internal readonly record struct PieceSum(ulong First, ulong Second)
{
    /// <summary>The sum of a piece.</summary>
    public static PieceSum Of(ReadOnlySpan<byte> piece)
    {
        uint a = 0, b = 0, c = 0, d = (uint)piece.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(piece);
        int index = 0;
        for (; index <= words.Length - 4; index += 4)
        {
            a = BitOperations.Crc32C(a, words[index]);
            b = BitOperations.Crc32C(b, words[index + 1]);
            c = BitOperations.Crc32C(c, words[index + 2]);
            d = BitOperations.Crc32C(d, words[index + 3]);
        }

        foreach (byte single in piece[(index * sizeof(ulong))..])
        {
            a = BitOperations.Crc32C(a, single);
        }

        return new PieceSum(((ulong)a << 32) | b, ((ulong)c << 32) | d);
    }
}
