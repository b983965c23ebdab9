using System.Numerics;
using System.Security.Cryptography;

namespace Provenance.Attestor.Transparency;

/// <summary>
/// A log's tree of hashes at one size, in the tiles that the log serves of it (C2SP tlog-tiles). It says which tiles an audit path
/// takes, and computes it of them. That verifies nothing: whether the path leads to the root is for <see cref="MerkleTree"/> to say.
/// </summary>
/// <param name="size">How many leaves the tree has.</param>
internal sealed class TiledTree(long size)
{
    /// <summary>
    /// The tiles that the audit path of a leaf takes, and the one that holds its own hash: at most two of each level, and so never more
    /// than 16.
    /// </summary>
    /// <param name="index">The leaf's place, less than the size.</param>
    public IReadOnlyList<TreeTile> TilesFor(long index) =>
        [.. SiblingsOf(index).SelectMany(WholeIn).Select(node => TileOf(node.Level, node.Start)).Append(TileOf(0, index)).Distinct()];

    /// <summary>The hash of a leaf, as its tile says.</summary>
    /// <param name="index">The leaf's place, less than the size.</param>
    /// <param name="tiles">The hashes of the tiles.</param>
    public ReadOnlyMemory<byte> LeafAt(long index, IReadOnlyDictionary<TreeTile, ReadOnlyMemory<byte>> tiles) => HashOfWhole(index, 0, tiles);

    /// <summary>The audit path of a leaf, from the leaf to the root (RFC 6962, section 2.1.1).</summary>
    /// <param name="index">The leaf's place, less than the size.</param>
    /// <param name="tiles">The hashes of all tiles of <see cref="TilesFor"/>, each as long as its width says.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> PathTo(long index, IReadOnlyDictionary<TreeTile, ReadOnlyMemory<byte>> tiles) =>
        [.. SiblingsOf(index).Select(range => HashOf(range, tiles))];

    /// <summary>The subtrees beside the way from a leaf to the root.</summary>
    private List<(long Start, long Count)> SiblingsOf(long index)
    {
        var siblings = new List<(long Start, long Count)>();
        for (long start = 0, count = size; count > 1;)
        {
            long left = LeftOf(count);
            if (index < start + left)
            {
                siblings.Add((start + left, count - left));
                count = left;
            }
            else
            {
                siblings.Add((start, left));
                (start, count) = (start + left, count - left);
            }
        }

        siblings.Reverse();
        return siblings;
    }

    /// <summary>The subtrees in a range that have all their leaves, whose hashes are the ones that tiles hold or lead to.</summary>
    private static IEnumerable<(long Start, int Level)> WholeIn((long Start, long Count) range)
    {
        var (start, count) = range;
        for (; !BitOperations.IsPow2(count); (start, count) = (start + LeftOf(count), count - LeftOf(count)))
        {
            yield return (start, BitOperations.Log2((ulong)LeftOf(count)));
        }

        yield return (start, BitOperations.Log2((ulong)count));
    }

    private ReadOnlyMemory<byte> HashOf((long Start, long Count) range, IReadOnlyDictionary<TreeTile, ReadOnlyMemory<byte>> tiles) =>
        WholeIn(range).Select(node => HashOfWhole(node.Start, node.Level, tiles)).Reverse().Aggregate(static (right, left) => MerkleTree.Join(left.Span, right.Span));

    private ReadOnlyMemory<byte> HashOfWhole(long start, int level, IReadOnlyDictionary<TreeTile, ReadOnlyMemory<byte>> tiles)
    {
        var tile = TileOf(level, start);
        int first = (int)(PlaceIn(tile.Level, start) % TreeTile.WholeWidth);
        var hashes = Enumerable.Range(first, 1 << (level % TreeTile.Height)).Select(place => tiles[tile].Slice(place * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)).ToList();
        while (hashes.Count > 1)
        {
            hashes = [.. hashes.Chunk(2).Select(static pair => (ReadOnlyMemory<byte>)MerkleTree.Join(pair[0].Span, pair[1].Span))];
        }

        return hashes[0];
    }

    /// <summary>The tile that holds a subtree, or what it is made of.</summary>
    private TreeTile TileOf(int level, long start)
    {
        int tileLevel = level / TreeTile.Height;
        long index = PlaceIn(tileLevel, start) / TreeTile.WholeWidth;
        return new TreeTile(tileLevel, index, (int)Math.Min(PlaceIn(tileLevel, size) - (index * TreeTile.WholeWidth), TreeTile.WholeWidth));
    }

    private static long PlaceIn(int tileLevel, long leaf) => leaf >> (tileLevel * TreeTile.Height);

    // The largest power of two that is smaller.
    private static long LeftOf(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
