using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Blobs.Disks;

public sealed class DiskBlobScrubberTests : DiskBlobTest
{
    private static readonly ScrubOptions Fast = new() { BytesPerSecond = long.MaxValue };
    private static readonly byte[] Small = LogFolder.Content(1);
    private static readonly byte[] Large = LogFolder.Content(2, 200_000);

    private readonly DiskBlobScrubber scrubber;

    public DiskBlobScrubberTests()
    {
        scrubber = new DiskBlobScrubber(Log, Store, TimeProvider.System);
    }

    [Fact]
    public async Task Blobs_that_are_right_are_counted_and_left_alone()
    {
        await WriteAsync(Small);
        await WriteAsync(Large);
        var longer = Digest.Of(DigestAlgorithm.Sha512, Small);
        await Store.WriteAsync(longer, new MemoryStream(Small), 1000, None);

        var report = await scrubber.ScrubAsync(Fast, progress: null, None);

        report.Should().BeEquivalentTo(new ScrubReport(3, 200_200, [], Unnamed: 0, Removed: 0));
        (await Store.FindSizeAsync(longer, None)).Should().Be(100);
    }

    [Fact]
    public async Task A_corrupt_blob_is_named_counts_as_absent_and_can_be_written_again()
    {
        foreach (byte[] content in new[] { Small, Large })
        {
            await WriteAsync(content);
            StoredBytes.Corrupt(Folder.Path, content);

            var report = await scrubber.ScrubAsync(Fast, progress: null, None);

            report.Corrupted.Should().Equal(new CorruptBlob(Digest.Of(content), IsHealed: false));
            (await Store.FindSizeAsync(Digest.Of(content), None)).Should().BeNull();
            (await WriteAsync(content)).Should().BeTrue();
            (await scrubber.ScrubAsync(Fast, progress: null, None)).Corrupted.Should().BeEmpty();
        }

        Directory.EnumerateFiles(Folder.Quarantine).Should().ContainSingle("the large one's bytes are kept to be looked at");
    }

    [Fact]
    public async Task A_corrupt_blob_is_healed_only_where_somebody_has_written_it_anew()
    {
        await WriteAsync(Small);
        await WriteAsync(Large);
        StoredBytes.Corrupt(Folder.Path, Small);
        StoredBytes.Corrupt(Folder.Path, Large);
        var options = Fast with { Heal = (digest, _) => digest == Digest.Of(Large) ? WriteAsync(Large) : Task.CompletedTask };

        var report = await scrubber.ScrubAsync(options, progress: null, None);

        report.Corrupted.Should().BeEquivalentTo([new CorruptBlob(Digest.Of(Small), IsHealed: false), new CorruptBlob(Digest.Of(Large), IsHealed: true)]);
        (await Store.FindSizeAsync(Digest.Of(Large), None)).Should().Be(Large.Length);
        (await Store.FindSizeAsync(Digest.Of(Small), None)).Should().BeNull();
    }

    [Fact]
    public async Task Files_that_belong_to_no_blob_are_removed()
    {
        await WriteAsync(Large);
        string orphan = Path.Combine(Folder.Blobs, "sha256", "00", new string('0', 64));
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        await File.WriteAllTextAsync(orphan, "left by a write that died before it was written down");

        (await scrubber.ScrubAsync(Fast, progress: null, None)).Removed.Should().Be(1);

        File.Exists(orphan).Should().BeFalse();
        (await Store.FindSizeAsync(Digest.Of(Large), None)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_scrub_keeps_to_its_rate_and_can_be_ended()
    {
        await WriteAsync(Large);
        using var stop = new CancellationTokenSource();

        var scrub = scrubber.ScrubAsync(new ScrubOptions { BytesPerSecond = 1 }, progress: null, stop.Token);
        scrub.IsCompleted.Should().BeFalse("200,000 seconds are not over");
        await stop.CancelAsync();

        await FluentActions.Awaiting(() => scrub).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_file_that_is_gone_is_absent_and_can_be_written_again()
    {
        await WriteAsync(Large);
        Directory.Delete(Folder.Blobs, recursive: true);

        (await Store.OpenAsync(Digest.Of(Large), None)).Should().BeNull();
        (await Store.FindSizeAsync(Digest.Of(Large), None)).Should().BeNull();
        (await WriteAsync(Large)).Should().BeTrue();
        (await Store.OpenAsync(Digest.Of(Large), None))!.Dispose();
    }

    private Task<bool> WriteAsync(byte[] content) => Store.WriteAsync(Digest.Of(content), new MemoryStream(content), long.MaxValue, None);
}
