using System.Numerics;
using System.Security.Cryptography;

namespace Provenance.Attestor.Transparency;

/// <summary>The hash tree of transparency logs (RFC 6962, section 2.1) with SHA-256.</summary>
internal static class MerkleTree
{
    /// <summary>The root that an audit path leads to; null where the path does not have the length that the place and the size ask for.</summary>
    public static byte[]? RootOf(ReadOnlySpan<byte> leaf, long index, long size, IReadOnlyList<ReadOnlyMemory<byte>> path)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        // Up to where the ways to this leaf and to the last one meet, both sides have neighbours; above, only left ones do.
        int inner = 64 - BitOperations.LeadingZeroCount((ulong)index ^ (ulong)(size - 1));
        int border = BitOperations.PopCount((ulong)index >> inner);
        if (inner is 64 || path.Count != inner + border)
        {
            return null;
        }

        byte[] hash = HashOf(leaf);
        for (int i = 0; i < path.Count; i++)
        {
            if (path[i].Length is not SHA256.HashSizeInBytes)
            {
                return null;
            }

            bool isLeft = i >= inner || ((index >> i) & 1) is 1;
            hash = isLeft ? Join(path[i].Span, hash) : Join(hash, path[i].Span);
        }

        return hash;
    }

    /// <summary>The hash of a leaf.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> leaf) => SHA256.HashData([0, .. leaf]);

    /// <summary>The hash of a node from those below it.</summary>
    public static byte[] Join(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([1, .. left, .. right]);
}
