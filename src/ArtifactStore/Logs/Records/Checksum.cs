using System.Numerics;
using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Logs.Records;

/// <summary>CRC-32C (Castagnoli), which processors compute by themselves.</summary>
internal static class Checksum
{
    /// <summary>The checksum of bytes that follow others, whose checksum is <paramref name="before"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte single in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}
