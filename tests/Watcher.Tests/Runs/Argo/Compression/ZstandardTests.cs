using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Provenance.Watcher.Runs.Argo.Compression;

namespace Provenance.Watcher.Tests.Runs.Argo.Compression;

/// <summary>What the reference implementation packed is unpacked, and whatever else comes is refused without harm.</summary>
public sealed class ZstandardTests
{
    private const int Limit = 1 << 20;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "zstd");

    public static TheoryData<string, int, string> Vectors()
    {
        var vectors = new TheoryData<string, int, string>();
        foreach (string line in File.ReadAllLines(Path.Combine(Folder, "INDEX.md")).Where(static l => l.Contains(".zst |", StringComparison.Ordinal)))
        {
            string[] cells = [.. line.Split('|').Select(static c => c.Trim())];
            vectors.Add(cells[1], int.Parse(cells[3], CultureInfo.InvariantCulture), cells[4]);
        }

        return vectors;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_vector_of_the_reference_implementation_is_unpacked(string name, int length, string sha256)
    {
        var unpacked = Zstandard.Decompress(Read(name), Limit);
        unpacked.Length.Should().Be(length);
        Convert.ToHexStringLower(SHA256.HashData(unpacked.Span)).Should().Be(sha256);
    }

    [Fact]
    public void The_index_names_every_vector() =>
        Vectors().Select(static v => (string)v[0]).Should().BeEquivalentTo(Directory.EnumerateFiles(Folder, "*.zst").Select(Path.GetFileName));

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_that_is_cut_off_anywhere_is_refused(string name, int length, string sha256)
    {
        byte[] packed = Read(name);
        for (int end = 0; end < packed.Length; end += 1 + (packed.Length / 300))
        {
            var outcome = TryDecompress(packed.AsSpan(0, end), length);
            if (outcome is not null)
            {
                name.Should().Be("frames-and-skippable.zst", "one that ends between two frames is whole, and no other");
                sha256.Should().NotBe(Convert.ToHexStringLower(SHA256.HashData(outcome)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_with_a_bit_turned_is_refused_and_never_unpacked_to_something_else(string name, int length, string sha256)
    {
        bool hasChecksum = !name.Contains("no-checksum", StringComparison.Ordinal);
        byte[] packed = Read(name);
        var random = new Random(length);
        for (int i = 0; i < 400; i++)
        {
            int bit = random.Next(packed.Length * 8);
            packed[bit / 8] ^= (byte)(1 << (bit % 8));
            var outcome = TryDecompress(packed, Limit);
            packed[bit / 8] ^= (byte)(1 << (bit % 8));

            // The descriptor's checksum bit, a window that is larger than needed, or skipped bytes: these change nothing that is unpacked.
            if (outcome is not null && hasChecksum && bit / 8 is not 4 && name is not "frames-and-skippable.zst")
            {
                Convert.ToHexStringLower(SHA256.HashData(outcome)).Should().Be(sha256, "bit {0} was turned", bit);
            }
        }
    }

    [Fact]
    public void Random_bytes_behind_the_magic_number_are_refused_or_bounded()
    {
        var random = new Random(42);
        for (int i = 0; i < 20000; i++)
        {
            byte[] packed = new byte[random.Next(4, 200)];
            random.NextBytes(packed);
            // A small frame of one compressed block, so that most of the attempts get as far as the tables.
            Array.Copy(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58 }, packed, Math.Min(6, packed.Length));
            if (packed.Length > 9)
            {
                int header = ((packed.Length - 9) << 3) | 5;
                (packed[6], packed[7], packed[8]) = ((byte)header, (byte)(header >> 8), 0);
            }

            (TryDecompress(packed, 4096)?.Length ?? 0).Should().BeLessThanOrEqualTo(4096);
        }
    }

    [Fact]
    public void A_bomb_is_refused_at_the_limit()
    {
        // 2,000 blocks that each repeat one byte 131,072 times: 8 kB that would become 250 MiB.
        using var bomb = new MemoryStream();
        bomb.Write([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]);
        for (int i = 0; i < 2000; i++)
        {
            int header = (131072 << 3) | (1 << 1) | (i is 1999 ? 1 : 0);
            bomb.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16), (byte)'x']);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var unpack = () => Zstandard.Decompress(bomb.ToArray(), Limit);
        unpack.Should().Throw<InvalidDataException>().WithMessage("it holds more than 1048576 bytes");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 * Limit);
    }

    [Fact]
    public void A_frame_that_announces_much_gets_no_memory_for_it()
    {
        byte[] packed = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0x01, 0, 0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        var unpack = () => Zstandard.Decompress(packed, int.MaxValue);
        unpack.Should().Throw<InvalidDataException>().WithMessage("it has another length than it says");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 20);
    }

    [Fact]
    public void A_frame_that_needs_a_dictionary_is_refused()
    {
        var unpack = () => Zstandard.Decompress([0x28, 0xB5, 0x2F, 0xFD, 0x21, 0x07, 0x00, 0x01, 0x00, 0x00], Limit);
        unpack.Should().Throw<InvalidDataException>().WithMessage("it needs a dictionary");
    }

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void The_checksum_is_xxh64(string text, ulong expected) => XxHash64.Of(Encoding.ASCII.GetBytes(text)).Should().Be(expected);

    private static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    private static byte[]? TryDecompress(ReadOnlySpan<byte> packed, int limit)
    {
        try
        {
            return Zstandard.Decompress(packed, limit).ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
