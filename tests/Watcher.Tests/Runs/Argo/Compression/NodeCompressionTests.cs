using System.IO.Compression;
using System.Text;
using Provenance.Watcher.Runs.Argo.Compression;

namespace Provenance.Watcher.Tests.Runs.Argo.Compression;

/// <summary>Argo packs nodes with one of three algorithms and does not say with which.</summary>
public sealed class NodeCompressionTests
{
    private static readonly byte[] Plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(static i => $"{{\"n-{i}\":{{\"phase\":\"Succeeded\"}}}}")));

    [Fact]
    public void Gzip_is_unpacked() => NodeCompression.Decompress(Pack(static s => new GZipStream(s, CompressionLevel.Optimal), Plain)).ToArray().Should().Equal(Plain);

    [Fact]
    public void Brotli_is_unpacked() => NodeCompression.Decompress(Pack(static s => new BrotliStream(s, CompressionLevel.Optimal), Plain)).ToArray().Should().Equal(Plain);

    [Fact]
    public void Zstandard_is_unpacked()
    {
        byte[] packed = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "zstd", "nodes.zst"));
        Encoding.UTF8.GetString(NodeCompression.Decompress(packed).Span).Should().StartWith("{\"huge-0\": {\"id\": \"huge-0\"");
    }

    [Fact]
    public void A_bomb_of_any_kind_is_refused_at_the_limit()
    {
        byte[] zeros = new byte[3 << 20];
        foreach (byte[] bomb in new[] { Pack(static s => new GZipStream(s, CompressionLevel.Optimal), zeros), Pack(static s => new BrotliStream(s, CompressionLevel.Optimal), zeros) })
        {
            bomb.Length.Should().BeLessThan(8192);
            var unpack = () => NodeCompression.Decompress(bomb, limit: 1 << 20);
            unpack.Should().Throw<InvalidDataException>().WithMessage("it holds more than 1048576 bytes");
        }
    }

    [Fact]
    public void Bytes_that_are_none_of_the_three_are_refused()
    {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] packed = new byte[random.Next(1, 100)];
            random.NextBytes(packed);
            if (i % 3 is 0 && packed.Length > 1)
            {
                (packed[0], packed[1]) = (0x1F, 0x8B);
            }

            try
            {
                NodeCompression.Decompress(packed, limit: 4096).Length.Should().BeLessThanOrEqualTo(4096);
            }
            catch (InvalidDataException)
            {
                // That is how they are refused; any other exception fails the test.
            }
        }
    }

    private static byte[] Pack(Func<Stream, Stream> compression, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var stream = compression(packed))
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }
}
