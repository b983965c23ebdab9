using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Tests.Logs;

public sealed class StoreLogTests
{
    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_blob_and_a_key_are_there_after_a_restart(string algorithm)
    {
        using var log = new LogFolder();
        byte[] content = LogFolder.Content(1);
        var digest = Digest.Of(DigestAlgorithm.Find(algorithm)!, content);
        await log.Log.CommitAsync(LogUnit.OfBlob(digest, content, [KeyChange.Set("t", "n", "v"u8.ToArray())]));

        log.Reopen();

        (await log.ReadAsync(digest)).Should().Equal(content);
        log.Get("n").Should().Be("v");
        log.Log.Start.Damage.Should().BeEmpty();
    }

    [Fact]
    public async Task Writers_at_the_same_time_share_one_flush()
    {
        var disk = new FaultyDisk();
        using var log = new LogFolder(disk: disk);
        await log.PutAsync(LogFolder.Content(0));
        int flushes = disk.Flushes;
        disk.Gate.Reset();
        var first = log.PutAsync(LogFolder.Content(1));
        SpinWait.SpinUntil(() => disk.Flushes > flushes, TimeSpan.FromSeconds(20)).Should().BeTrue();
        Task[] others = [.. Enumerable.Range(2, 50).Select(seed => log.PutAsync(LogFolder.Content(seed)))];
        disk.Gate.Set();
        await first;
        await Task.WhenAll(others);

        (disk.Flushes - flushes).Should().Be(2, "one for the first, one for all others");
    }

    [Fact]
    public async Task Content_that_is_there_already_is_not_written_again_but_its_keys_are()
    {
        using var log = new LogFolder();
        byte[] content = LogFolder.Content(1, 4000);
        (await log.PutAsync(content)).Should().BeTrue();
        long end = log.Log.Segments[^1].End;

        (await log.PutAsync(content, KeyChange.Set("t", "n", "v"u8.ToArray()))).Should().BeFalse();

        log.Get("n").Should().Be("v");
        (log.Log.Segments[^1].End - end).Should().BeLessThan(200);
    }

    [Fact]
    public async Task A_deletion_and_a_write_of_the_same_blob_at_once_leave_what_was_done_last()
    {
        using var log = new LogFolder();
        byte[] content = LogFolder.Content(1);
        await log.PutAsync(content);

        var deleted = log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(content)));
        var written = log.PutAsync(content);
        await Task.WhenAll(deleted, written);

        (await log.ReadAsync(Digest.Of(content))).Should().Equal(content);
        log.Reopen();
        (await log.ReadAsync(Digest.Of(content))).Should().Equal(content);
    }

    [Fact]
    public async Task A_start_reads_no_blobs_where_there_are_hints()
    {
        using var log = new LogFolder(LogFolder.Small with { SegmentSize = 1024 * 1024 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(seed => log.PutAsync(LogFolder.Content(seed, 20_000))));
        log.Log.Segments.Should().HaveCountGreaterThan(3);

        log.Reopen();

        log.Log.BlobCount.Should().Be(200);
        log.Log.Start.BytesRead.Should().BeLessThan(200 * 100, "of every blob only what the hint says is read, not its 20,000 bytes");
    }

    [Fact]
    public async Task After_a_crash_only_what_came_after_the_last_hint_is_read()
    {
        var options = LogFolder.Small with { SegmentSize = 4 * 1024 * 1024, HintInterval = 1024 * 1024 };
        using var log = new LogFolder(options);
        foreach (int seed in Enumerable.Range(0, 150))
        {
            await log.PutAsync(LogFolder.Content(seed, 20_000));
        }

        var crashed = log.Snapshot().ToDictionary(static file => file.Key, static file => file.Value.AsSpan().TrimEnd((byte)0).ToArray());
        log.Restore(crashed);

        log.Log.BlobCount.Should().Be(150);
        log.Log.Start.BytesRead.Should().BeLessThan(2 * 1024 * 1024);
    }

    [Fact]
    public async Task A_record_that_is_larger_than_a_segment_gets_one_of_its_own()
    {
        using var log = new LogFolder();
        byte[] content = LogFolder.Content(1, 60_000);

        await log.PutAsync(content);

        (await log.ReadAsync(Digest.Of(content))).Should().Equal(content);
    }
}
