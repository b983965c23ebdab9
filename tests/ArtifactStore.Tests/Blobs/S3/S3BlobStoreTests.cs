using System.IO.Pipelines;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.Testing.Objects;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Blobs.S3;

public sealed class S3BlobStoreTests : IAsyncLifetime
{
    private const int Part = 5 * 1024 * 1024;
    private const long Enough = 1L << 30;

    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly MemoryKeyTable keys = new();
    private ObjectServer server = null!;
    private DataFolder folder = null!;
    private S3Bucket bucket = null!;
    private S3BlobStore store = null!;

    public async Task InitializeAsync()
    {
        server = await ObjectServer.StartAsync();
        folder = DataFolder.Open(path);
        Reopen();
    }

    public async Task DisposeAsync()
    {
        bucket.Dispose();
        folder.Dispose();
        await server.DisposeAsync();
        Directory.Delete(path, recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(Part)]
    [InlineData((2 * Part) + 17)]
    public async Task What_is_written_is_an_object_and_can_be_read(int size)
    {
        byte[] content = Bytes(size);
        var digest = Digest.Of(content);

        (await WriteAsync(digest, content)).Should().BeTrue();
        (await WriteAsync(digest, content)).Should().BeFalse("it is there already");

        server.Objects[KeyOf(digest)].Should().Equal(content);
        server.OpenUploads.Should().Be(0);
        (await store.FindSizeAsync(digest, default)).Should().Be(size);
        (await CopyAsync(digest, 0, size)).Should().Equal(content);
        Directory.EnumerateFiles(Path.Combine(path, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task Sha512_names_objects_too()
    {
        byte[] content = Bytes(100);
        var digest = Digest.Of(DigestAlgorithm.Sha512, content);

        await WriteAsync(digest, content);

        (await CopyAsync(digest, 0, 100)).Should().Equal(content);
    }

    [Fact]
    public async Task A_part_of_a_large_blob_is_read_by_itself()
    {
        byte[] content = Bytes(Part);
        await WriteAsync(Digest.Of(content), content);

        (await CopyAsync(Digest.Of(content), 1_000_000, 10)).Should().Equal(content[1_000_000..1_000_010]);
    }

    [Fact]
    public async Task Content_that_does_not_match_never_reaches_the_service()
    {
        var act = () => WriteAsync(Digest.Of(Bytes(10)), Bytes(11));

        (await act.Should().ThrowAsync<BlobException>()).Which.Code.Should().Be("DIGEST_INVALID");
        server.Objects.Should().BeEmpty();
        Directory.EnumerateFiles(Path.Combine(path, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task Another_writer_of_the_same_blob_is_no_fault()
    {
        byte[] content = Bytes(10);
        var digest = Digest.Of(content);
        server.Disturb = context =>
        {
            if (context.Request.Method == "PUT")
            {
                server.Objects[KeyOf(digest)] = content;
            }

            return Task.FromResult(false);
        };

        (await WriteAsync(digest, content)).Should().BeTrue();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((2 * Part) + 17)]
    public async Task A_service_that_gives_other_bytes_is_found_out_before_the_last_one(int size)
    {
        byte[] content = Bytes(size);
        var digest = Digest.Of(content);
        await WriteAsync(digest, content);
        server.Objects[KeyOf(digest)] = [.. content[..^1], (byte)(content[^1] ^ 1)];

        using var reader = await store.OpenAsync(digest, default);
        using var received = new MemoryStream();
        var writer = PipeWriter.Create(received, new StreamPipeWriterOptions(leaveOpen: true));
        var act = () => reader!.CopyToAsync(writer, 0, size, default);

        (await act.Should().ThrowAsync<BlobException>()).Which.Code.Should().Be(BlobException.Corrupted);
        received.Length.Should().BeLessThan(size);
        (await store.FindSizeAsync(digest, default)).Should().BeNull("what is corrupt counts as absent");

        (await WriteAsync(digest, content)).Should().BeTrue("and can be written again");
        (await CopyAsync(digest, 0, size)).Should().Equal(content);
    }

    [Fact]
    public async Task A_service_that_lies_about_a_size_is_found_out()
    {
        byte[] content = Bytes(1000);
        var digest = Digest.Of(content);
        server.Objects[KeyOf(digest)] = content[..999];
        (await store.FindSizeAsync(digest, default)).Should().Be(999);

        var act = () => CopyAsync(digest, 0, 999);

        (await act.Should().ThrowAsync<BlobException>()).Which.Code.Should().Be(BlobException.Corrupted);
    }

    [Fact]
    public async Task A_service_that_fails_for_a_moment_is_asked_again()
    {
        int left = 2;
        server.Disturb = context => FailAsync(context, 503, left-- > 0);
        byte[] content = Bytes(1000);

        (await WriteAsync(Digest.Of(content), content)).Should().BeTrue();
        server.Objects.Should().HaveCount(1);
    }

    [Theory]
    [InlineData(500, "500")]
    [InlineData(403, "403")]
    public async Task A_service_that_goes_on_failing_is_reported_and_nothing_is_claimed(int status, string said)
    {
        server.Disturb = context => FailAsync(context, status, fails: true);
        byte[] content = Bytes(1000);

        var write = () => WriteAsync(Digest.Of(content), content);
        var find = async () => await store.FindSizeAsync(Digest.Of(content), default);

        (await write.Should().ThrowAsync<StorageUnavailableException>()).Which.Message.Should().Contain(said).And.Contain("bucket blobs").And.NotContain("secret");
        await find.Should().ThrowAsync<StorageUnavailableException>();
        Directory.EnumerateFiles(Path.Combine(path, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_part_that_cannot_be_stored_leaves_no_upload_behind()
    {
        server.Disturb = context => FailAsync(context, 500, context.Request.Query["partNumber"] == "2");
        byte[] content = Bytes((2 * Part) + 17);

        await FluentActions.Awaiting(() => WriteAsync(Digest.Of(content), content)).Should().ThrowAsync<StorageUnavailableException>();

        server.OpenUploads.Should().Be(0);
        server.Objects.Should().BeEmpty();
    }

    [Fact]
    public async Task A_service_that_stalls_in_the_middle_is_given_up()
    {
        byte[] content = Bytes((2 * Part) + 17);
        var digest = Digest.Of(content);
        await WriteAsync(digest, content);
        Reopen(TimeSpan.FromSeconds(2));
        server.Disturb = async context =>
        {
            if (context.Request.Method != "GET")
            {
                return false;
            }

            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };

        var act = () => CopyAsync(digest, 0, content.Length);

        (await act.Should().ThrowAsync<StorageUnavailableException>()).Which.Message.Should().Contain("sent nothing");
    }

    [Fact]
    public async Task An_object_that_somebody_removed_is_missed_once()
    {
        byte[] content = Bytes(1000);
        var digest = Digest.Of(content);
        await WriteAsync(digest, content);
        server.Objects.Clear();

        await FluentActions.Awaiting(() => CopyAsync(digest, 0, 1000)).Should().ThrowAsync<StorageUnavailableException>();

        (await store.FindSizeAsync(digest, default)).Should().BeNull();
    }

    [Fact]
    public async Task A_deleted_blob_is_gone()
    {
        byte[] content = Bytes(1000);
        await WriteAsync(Digest.Of(content), content);

        (await store.DeleteAsync(Digest.Of(content), default)).Should().BeTrue();
        (await store.DeleteAsync(Digest.Of(content), default)).Should().BeFalse();
        (await store.OpenAsync(Digest.Of(content), default)).Should().BeNull();
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task<bool> FailAsync(HttpContext context, int status, bool fails)
    {
        if (fails)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = status;
        }

        return fails;
    }

    private static string KeyOf(Digest digest) => $"blobs/own/blobs/{digest.Algorithm.Name}/{digest.Hex[..2]}/{digest.Hex}";

    private static S3Bucket Connect(Uri endpoint, TimeSpan idle) => new(new S3Options
    {
        Bucket = "blobs",
        Prefix = "own/",
        Endpoint = endpoint,
        PathStyle = true,
        AccessKey = "access",
        SecretKey = "secret",
        PartSize = Part,
        IdleTimeout = idle,
        Retries = 2,
    }, TimeProvider.System);

    private void Reopen(TimeSpan? idle = null)
    {
        bucket?.Dispose();
        bucket = Connect(server.Address, idle ?? TimeSpan.FromSeconds(20));
        store = new S3BlobStore(bucket, folder, new LocalDisk(Durability.None), keys);
    }

    private Task<bool> WriteAsync(Digest digest, byte[] content) => store.WriteAsync(digest, new MemoryStream(content), Enough, CancellationToken.None);

    private async Task<byte[]> CopyAsync(Digest digest, long offset, long count)
    {
        using var reader = await store.OpenAsync(digest, CancellationToken.None);
        using var received = new MemoryStream();
        var writer = PipeWriter.Create(received, new StreamPipeWriterOptions(leaveOpen: true));
        await reader!.CopyToAsync(writer, offset, count, CancellationToken.None);
        await writer.CompleteAsync();
        return received.ToArray();
    }
}
