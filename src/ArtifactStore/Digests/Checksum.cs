using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Digests;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), which processors compute by themselves. It finds accidents, and proves nothing to anybody.</summary>
public static class Checksum
{
    /// <summary>The checksum of bytes that follow others, whose checksum is <paramref name="before"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte single in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}
