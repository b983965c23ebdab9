using System.IO.Pipelines;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Blobs.Disks;

/// <summary>Blobs that were read whole once: from then on every piece is compared with what was right.</summary>
public sealed class KnownPiecesTests : DiskBlobTest
{
    private const int Piece = KnownPieces.Length;
    [Theory]
    [InlineData(Piece + 1)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData((6 * 1024 * 1024) + 12_345)]
    public async Task Any_part_of_a_blob_that_was_read_before_is_what_was_written(int size)
    {
        byte[] content = await StoreAsync(size);
        (await ReadAsync(content, 0, size)).Should().Equal(content);

        (await ReadAsync(content, 0, size)).AsSpan().SequenceEqual(content).Should().BeTrue();
        int[] edges = [0, 1, Piece - 1, Piece, Piece + 1, size / 2, size - 1, size];
        foreach (int first in edges)
        {
            foreach (int last in edges.Where(edge => edge >= first && edge <= size && first <= size))
            {
                (await ReadAsync(content, first, last - first)).AsSpan().SequenceEqual(content.AsSpan(first..last)).Should().BeTrue("{0}-{1}", first, last);
            }
        }
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(6 * 1024 * 1024)]
    public async Task A_bit_that_flips_later_is_found_before_its_piece_is_handed_on(int size)
    {
        byte[] content = await StoreAsync(size);
        await ReadAsync(content, 0, size);
        StoredBytes.Corrupt(Folder.Path, content);

        byte[] beginning = await ReadAsync(content, 0, Piece);
        beginning.Should().Equal(content[..Piece]);

        using var received = new MemoryStream();
        var part = () => CopyAsync(content, size - 10, 5, received);
        (await part.Should().ThrowAsync<BlobException>("bytes beside the flipped one are not trusted either")).Which.Code.Should().Be(BlobException.Corrupted);

        received.Length.Should().Be(0);
        (await Store.FindSizeAsync(Digest.Of(content), None)).Should().BeNull();
    }

    [Fact]
    public async Task A_whole_read_of_it_ends_before_the_wrong_piece()
    {
        byte[] content = await StoreAsync(6 * 1024 * 1024);
        await ReadAsync(content, 0, content.Length);
        StoredBytes.Corrupt(Folder.Path, content);

        using var received = new MemoryStream();
        await FluentActions.Awaiting(() => CopyAsync(content, 0, content.Length, received)).Should().ThrowAsync<BlobException>();

        received.ToArray().AsSpan().SequenceEqual(content.AsSpan(0, (int)received.Length)).Should().BeTrue();
        received.Length.Should().BeLessThan(content.Length);
    }

    [Fact]
    public async Task A_file_that_is_cut_short_later_is_found_too()
    {
        byte[] content = await StoreAsync(6 * 1024 * 1024);
        await ReadAsync(content, 0, content.Length);
        StoredBytes.CutShort(Folder.Path, content);

        await FluentActions.Awaiting(() => ReadAsync(content, 0, content.Length)).Should().ThrowAsync<BlobException>();
    }

    [Fact]
    public void When_there_are_too_many_all_are_forgotten()
    {
        var known = new KnownPieces(maximumCount: 8);
        var first = Digest.Of("first"u8);
        var second = Digest.Of("second"u8);
        known.Remember(first, new PieceSum[6]);
        known.Remember(second, new PieceSum[6]);

        known.Find(first).Should().BeNull();
        known.Find(second).Should().HaveCount(6);
        known.Takes(long.MaxValue).Should().BeFalse();
    }

    [Fact]
    public void Every_bit_and_the_length_of_a_piece_change_its_sum()
    {
        byte[] piece = RandomNumberGenerator.GetBytes(1029);
        var sum = PieceSum.Of(piece);
        for (int bit = 0; bit < piece.Length * 8; bit++)
        {
            piece[bit / 8] ^= (byte)(1 << (bit % 8));
            PieceSum.Of(piece).Should().NotBe(sum, "bit {0}", bit);
            piece[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        PieceSum.Of(new byte[64]).Should().NotBe(PieceSum.Of(new byte[65]));
    }

    private async Task<byte[]> StoreAsync(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        await Store.WriteAsync(Digest.Of(content), new MemoryStream(content), long.MaxValue, None);
        return content;
    }

    private async Task<byte[]> ReadAsync(byte[] content, int offset, int count)
    {
        using var received = new MemoryStream();
        await CopyAsync(content, offset, count, received);
        return received.ToArray();
    }

    private async Task CopyAsync(byte[] content, int offset, int count, MemoryStream received)
    {
        using var reader = (await Store.OpenAsync(Digest.Of(content), None))!;
        var writer = PipeWriter.Create(received, new StreamPipeWriterOptions(leaveOpen: true));
        await reader.CopyToAsync(writer, offset, count, None);
        await writer.CompleteAsync();
    }
}
