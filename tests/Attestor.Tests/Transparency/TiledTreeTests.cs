using System.Numerics;
using System.Security.Cryptography;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Tests.Transparency;

public sealed class TiledTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(777)]
    public void Every_entry_is_proven_by_the_tiles_of_its_tree(int size)
    {
        byte[][] leaves = Leaves(size);
        byte[] root = RootOf(leaves);

        for (int index = 0; index < size; index++)
        {
            Prove(leaves, root, index);
        }
    }

    [Theory]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(70000)]
    public void Trees_of_several_levels_of_tiles_prove_their_entries(int size)
    {
        byte[][] leaves = Leaves(size);
        byte[] root = RootOf(leaves);

        foreach (int index in new[] { 0, 1, 255, 256, 65279, 65534, 65535, 65536, 69887, 69888, size - 1 }.Where(index => index < size))
        {
            Prove(leaves, root, index);
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 256)]
    [InlineData((1L << 62) + 1)]
    [InlineData(1L << 40)]
    public void No_tree_takes_more_than_two_tiles_of_a_level(long size)
    {
        foreach (long index in new[] { 0, 255, size / 3, size / 2, size - 257, size - 2, size - 1 })
        {
            var tiles = new TiledTree(size).TilesFor(index);

            tiles.GroupBy(static tile => tile.Level).Should().OnlyContain(static level => level.Count() <= 2);
            tiles.Should().OnlyContain(static tile => tile.Level <= 7 && tile.Index >= 0 && tile.Width > 0 && tile.Width <= 256);
        }
    }

    // The first is the example of C2SP tlog-tiles.
    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(2, 0, 1, "tile/2/000.p/1")]
    [InlineData(1, 1000, 17, "tile/1/x001/000.p/17")]
    [InlineData(0, 36028797018963967, 255, "tile/0/x036/x028/x797/x018/x963/967.p/255")]
    public void A_tile_is_where_logs_put_it(int level, long index, int width, string path) => new TreeTile(level, index, width).Path.Should().Be(path);

    // C2SP tlog-tiles names the partial tiles of this tree.
    [Fact]
    public void A_tree_of_70000_entries_has_three_partial_tiles()
    {
        new TiledTree(70000).TilesFor(0).Where(static tile => !tile.IsWhole)
            .Should().BeEquivalentTo([new TreeTile(0, 273, 112), new TreeTile(1, 1, 17)]);
        new TiledTree(70000).TilesFor(69999).Where(static tile => !tile.IsWhole)
            .Should().BeEquivalentTo([new TreeTile(0, 273, 112), new TreeTile(1, 1, 17), new TreeTile(2, 0, 1)]);
    }

    private static void Prove(byte[][] leaves, byte[] root, int index)
    {
        var tree = new TiledTree(leaves.Length);
        var tiles = tree.TilesFor(index).ToDictionary(
            static tile => tile,
            tile => (ReadOnlyMemory<byte>)Enumerable.Range(0, tile.Width)
                .SelectMany(place => RootOf(leaves.AsSpan((((int)tile.Index * 256) + place) << (8 * tile.Level), 1 << (8 * tile.Level)))).ToArray());

        MerkleTree.RootOf(BitConverter.GetBytes(index), index, leaves.Length, tree.PathTo(index, tiles)).Should().Equal(root, "entry {0} of {1}", index, leaves.Length);
        tree.LeafAt(index, tiles).ToArray().Should().Equal(leaves[index]);
    }

    private static byte[][] Leaves(int count) => [.. Enumerable.Range(0, count).Select(static index => SHA256.HashData([0, .. BitConverter.GetBytes(index)]))];

    // RFC 6962, section 2.1, word by word.
    private static byte[] RootOf(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length is 1)
        {
            return leaves[0];
        }

        int left = (int)BitOperations.RoundUpToPowerOf2((uint)leaves.Length) / 2;
        return SHA256.HashData([1, .. RootOf(leaves[..left]), .. RootOf(leaves[left..])]);
    }
}
