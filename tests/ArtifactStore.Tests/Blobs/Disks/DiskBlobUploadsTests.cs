using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Blobs.Disks;

public sealed class DiskBlobUploadsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(2000);

    private readonly TemporaryFolder temporary = new();
    private readonly ManualTime time = new();
    private DataFolder folder;
    private StoreLog log;

    public DiskBlobUploadsTests()
    {
        folder = DataFolder.Open(temporary.Path);
        log = OpenedLog.Of(folder);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task An_upload_goes_on_after_a_restart(string algorithm)
    {
        var digest = Digest.Of(DigestAlgorithm.Find(algorithm)!, Content);
        string id = await Begin(NewUploads(), Content[..1200]);
        log.Dispose();
        folder.Dispose();
        folder = DataFolder.Open(temporary.Path);
        log = OpenedLog.Of(folder);
        var uploads = NewUploads();

        (await uploads.FindLengthAsync("app", id, None)).Should().Be(1200);
        await uploads.AppendAsync("app", id, new ByteRange(1200, 800), new MemoryStream(Content[1200..]), None);
        await uploads.CommitAsync("app", id, digest, None);

        (await new DiskBlobStore(log).FindSizeAsync(digest, None)).Should().Be(2000);
        Directory.EnumerateFiles(folder.Uploads).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stream_that_breaks_off_can_be_taken_up_where_it_stands()
    {
        var uploads = NewUploads();
        string id = await Begin(uploads, Content[..1000]);

        await FluentActions.Awaiting(() => uploads.AppendAsync("app", id, new ByteRange(1000, 1000), new MemoryStream(Content[1000..1500]), None))
            .Should().ThrowAsync<BlobException>();
        (await uploads.FindLengthAsync("app", id, None)).Should().Be(1000, "a piece with a range counts as a whole or not at all");
        await uploads.AppendAsync("app", id, null, new MemoryStream(Content[1000..]), None);
        await uploads.CommitAsync("app", id, Digest.Of(Content), None);

        (await new DiskBlobStore(log).FindSizeAsync(Digest.Of(Content), None)).Should().Be(2000);
    }

    [Fact]
    public async Task Uploads_are_bounded_in_number_and_expire()
    {
        var uploads = NewUploads(maximum: 2);
        string first = await Begin(uploads, [1]);
        time.Advance(TimeSpan.FromMinutes(50));
        await Begin(uploads, [2]);

        await FluentActions.Awaiting(() => uploads.StartAsync("app", None)).Should().ThrowAsync<BlobException>().Where(exception => exception.Code == "TOOMANYREQUESTS");
        time.Advance(TimeSpan.FromMinutes(11));
        await Begin(uploads, [3]);

        (await uploads.FindLengthAsync("app", first, None)).Should().BeNull();
        Directory.EnumerateFiles(folder.Uploads).Should().HaveCount(2);
    }

    [Fact]
    public async Task An_upload_is_bounded_in_size()
    {
        var uploads = NewUploads(maximumSize: 1500);
        string id = await Begin(uploads, Content[..1000]);

        await FluentActions.Awaiting(() => uploads.AppendAsync("app", id, null, new MemoryStream(Content[1000..]), None))
            .Should().ThrowAsync<BlobException>().Where(exception => exception.Code == "SIZE_INVALID");
    }

    [Fact]
    public async Task Of_two_pieces_for_the_same_place_only_one_is_taken()
    {
        var uploads = NewUploads();
        string id = await uploads.StartAsync("app", None);
        var piece = new ByteRange(0, Content.Length);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            try
            {
                return await uploads.AppendAsync("app", id, piece, new MemoryStream(Content), None);
            }
            catch (BlobException exception) when (exception.Code == "RANGE_INVALID")
            {
                return -1;
            }
        }));

        outcomes.Should().BeEquivalentTo(new long[] { 2000, -1 });
        await uploads.CommitAsync("app", id, Digest.Of(Content), None);
    }

    public void Dispose()
    {
        log.Dispose();
        folder.Dispose();
        temporary.Dispose();
    }

    private static async Task<string> Begin(DiskBlobUploads uploads, byte[] content)
    {
        string id = await uploads.StartAsync("app", None);
        await uploads.AppendAsync("app", id, null, new MemoryStream(content), None);
        return id;
    }

    private DiskBlobUploads NewUploads(int maximum = 10, long maximumSize = long.MaxValue) =>
        new(log, new DiskBlobStore(log), new BlobLimits(maximumSize, maximum, TimeSpan.FromHours(1)), time);
}
