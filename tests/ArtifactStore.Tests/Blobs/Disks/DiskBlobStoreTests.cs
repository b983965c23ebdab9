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

public sealed class DiskBlobStoreTests : DiskBlobTest
{
    public static TheoryData<int> Sizes => [0, 1, 65_536, 65_537, 69_632, 69_633, (1024 * 1024) - 1, 1024 * 1024, (1024 * 1024) + 69_632, 4 * 1024 * 1024, (4 * 1024 * 1024) + 1, 9_000_000];

    [Theory, MemberData(nameof(Sizes))]
    public async Task A_blob_of_any_size_comes_back_as_it_was_written(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        var digest = Digest.Of(content);

        (await Store.WriteAsync(digest, new MemoryStream(content), long.MaxValue, None)).Should().BeTrue();
        (await Store.WriteAsync(digest, new MemoryStream(content), long.MaxValue, None)).Should().BeFalse();

        (await Store.FindSizeAsync(digest, None)).Should().Be(size);
        using var reader = (await Store.OpenAsync(digest, None))!;
        using var copy = new MemoryStream();
        var writer = PipeWriter.Create(copy, new StreamPipeWriterOptions(leaveOpen: true));
        await reader.CopyToAsync(writer, 0, size, None);
        await writer.CompleteAsync();
        copy.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue();
        Directory.EnumerateFileSystemEntries(Temporary["data/tmp"]).Should().BeEmpty();
    }

    [Fact]
    public async Task Content_that_is_wrong_too_large_or_breaks_off_leaves_no_trace()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        var digest = Digest.Of(content);

        await Writing(content[..999], 1000).Should().ThrowAsync<BlobException>().Where(exception => exception.Code == "DIGEST_INVALID");
        await Writing(content, 999).Should().ThrowAsync<BlobException>().Where(exception => exception.Code == "SIZE_INVALID");
        await FluentActions.Awaiting(() => Store.WriteAsync(digest, new BreakingStream(content[..500]), 1000, None)).Should().ThrowAsync<IOException>();

        (await Store.FindSizeAsync(digest, None)).Should().BeNull();
        (await Store.OpenAsync(digest, None)).Should().BeNull();
        Directory.EnumerateFileSystemEntries(Temporary["data/tmp"]).Should().BeEmpty();

        Func<Task<bool>> Writing(byte[] bytes, long maximum) => () => Store.WriteAsync(digest, new MemoryStream(bytes), maximum, None);
    }

    [Fact]
    public async Task Writers_of_the_same_blob_at_once_all_succeed()
    {
        byte[] content = RandomNumberGenerator.GetBytes(700_000);
        var digest = Digest.Of(content);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.WriteAsync(digest, new MemoryStream(content), long.MaxValue, None))));

        using var reader = await Store.OpenAsync(digest, None);
        (await reader!.ReadAllAsync(1_000_000, None)).AsSpan().SequenceEqual(content).Should().BeTrue();
        Directory.EnumerateFileSystemEntries(Temporary["data/tmp"]).Should().BeEmpty();
    }

    [Fact]
    public async Task A_deleted_blob_is_gone()
    {
        var digest = Digest.Of("x"u8);
        await Store.WriteAsync(digest, new MemoryStream("x"u8.ToArray()), 1, None);

        (await Store.DeleteAsync(digest, None)).Should().BeTrue();
        (await Store.DeleteAsync(digest, None)).Should().BeFalse();
        (await Store.FindSizeAsync(digest, None)).Should().BeNull();
    }

    private sealed class BreakingStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and int read ? read : throw new IOException("The client hung up.");
    }
}
