using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Tests.Logs;

public sealed class LogCompactionTests : IDisposable
{
    private readonly LogFolder log = new();

    [Fact]
    public async Task What_counts_is_moved_and_the_rest_gives_its_room_back()
    {
        await WriteAndDeleteAsync();
        int before = log.Segments.Count;

        int removed = await CompactAsync();

        removed.Should().BeGreaterThan(before / 2);
        log.Segments.Should().HaveCountLessThan(before);
        await ShouldHoldAsync();
        log.Reopen();
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_crash_at_any_moment_of_a_compaction_loses_nothing_and_brings_nothing_back()
    {
        await WriteAndDeleteAsync();
        List<Dictionary<string, byte[]>> moments = [log.Snapshot()];
        for (bool isRunning = true; isRunning;)
        {
            using var stop = new CancellationTokenSource();
            var clock = new StoppingTime(stop, after: 7);
            using var part = new LogCompaction(log.Log, clock);
            try
            {
                await part.RunAsync(0.3, bytesPerSecond: 1, stop.Token);
                isRunning = false;
            }
            catch (OperationCanceledException)
            {
                isRunning = moments.Count < 40;
            }

            moments.Add(log.Snapshot());
        }

        foreach (var files in moments)
        {
            log.Restore(files);
            await ShouldHoldAsync();
        }
    }

    [Fact]
    public async Task A_deletion_is_kept_as_long_as_an_older_segment_may_hold_the_blob()
    {
        // The blob is in the first segment, which stays; its deletion is in a later one, which goes.
        await log.PutAsync(LogFolder.Content(0));
        await log.SetAsync("gone", "x");
        await FillAsync(1, 200);
        await log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(LogFolder.Content(0))));
        await log.Log.CommitAsync(LogUnit.OfChanges([KeyChange.Remove("t", "gone")]));
        int deletion = log.Log.ActiveNumber;
        await FillAsync(200, 400);
        foreach (int seed in Enumerable.Range(120, 200))
        {
            await log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(LogFolder.Content(seed))));
        }

        await FillAsync(400, 500);
        await CompactAsync();
        log.Log.Segments.Should().NotContain(segment => segment.Number == deletion);
        log.Log.Segments[0].Number.Should().Be(1);
        log.Reopen();

        (await log.ReadAsync(Digest.Of(LogFolder.Content(0)))).Should().BeNull();
        log.Get("gone").Should().BeNull();
    }

    [Fact]
    public async Task A_batch_that_failed_does_not_come_back_when_the_segment_goes_that_says_where_the_one_before_ends()
    {
        var disk = new FaultyDisk();
        using var faulty = new LogFolder(disk: disk);
        await faulty.SetAsync("n", "before");
        disk.OnFlush = static () => new IOException("Input/output error");
        await FluentActions.Awaiting(() => faulty.SetAsync("n", "failed")).Should().ThrowAsync<IOException>();
        disk.OnFlush = null;
        disk.CannotCut = true;
        await faulty.SetAsync("other", "1");
        disk.CannotCut = false;
        for (int round = 0; faulty.Log.ActiveNumber < 4; round++)
        {
            await faulty.SetAsync("other", $"{round}");
        }

        using var compaction = new LogCompaction(faulty.Log, TimeProvider.System);
        await compaction.RunAsync(0.9, long.MaxValue, CancellationToken.None);
        faulty.Log.Segments.Should().NotContain(static segment => segment.Number == 2);
        faulty.Log.Segments.Should().Contain(static segment => segment.Number == 1);
        faulty.Restore(faulty.Snapshot().Where(static file => file.Key.EndsWith(".segment", StringComparison.Ordinal)).ToDictionary());

        faulty.Get("n").Should().Be("before");
    }

    [Fact]
    public async Task A_reader_goes_on_reading_a_segment_that_was_removed()
    {
        await WriteAndDeleteAsync();
        var blob = new ArtifactStore.Blobs.Disks.DiskBlobStore(log.Log);
        using var reader = await blob.OpenAsync(Digest.Of(LogFolder.Content(3)), CancellationToken.None);

        (await CompactAsync()).Should().BePositive();

        (await reader!.ReadAllAsync(1000, CancellationToken.None)).Should().Equal(LogFolder.Content(3));
    }

    [Fact]
    public async Task Writers_and_compaction_at_once_agree()
    {
        await WriteAndDeleteAsync();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int round = 0; round < 100; round++)
            {
                await log.SetAsync($"w{writer}", $"{round}");
                await log.PutAsync(LogFolder.Content(3));
                await log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(LogFolder.Content(1000 + writer))));
                await log.PutAsync(LogFolder.Content(1000 + writer));
            }
        })));
        while (!writing.IsCompleted)
        {
            await CompactAsync();
        }

        await writing;
        log.Reopen();
        await ShouldHoldAsync();
        for (int writer = 0; writer < 4; writer++)
        {
            log.Get($"w{writer}").Should().Be("99");
            (await log.ReadAsync(Digest.Of(LogFolder.Content(1000 + writer)))).Should().NotBeNull();
        }
    }

    public void Dispose() => log.Dispose();

    private async Task<int> CompactAsync()
    {
        using var compaction = new LogCompaction(log.Log, TimeProvider.System);
        return await compaction.RunAsync(0.3, long.MaxValue, CancellationToken.None);
    }

    private async Task FillAsync(int first, int end)
    {
        foreach (int seed in Enumerable.Range(first, end - first))
        {
            await log.PutAsync(LogFolder.Content(seed), KeyChange.Set("t", $"n{seed}", BitConverter.GetBytes(seed)));
        }
    }

    /// <summary>Of 400 blobs and keys every third is left.</summary>
    private async Task WriteAndDeleteAsync()
    {
        await FillAsync(0, 400);
        foreach (int seed in Enumerable.Range(0, 400).Where(static seed => seed % 3 is not 0))
        {
            await log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(LogFolder.Content(seed))));
            await log.Log.CommitAsync(LogUnit.OfChanges([KeyChange.Remove("t", $"n{seed}")]));
        }
    }

    private async Task ShouldHoldAsync()
    {
        foreach (int seed in Enumerable.Range(0, 400))
        {
            bool isLeft = seed % 3 is 0;
            (await log.ReadAsync(Digest.Of(LogFolder.Content(seed)))).Should().BeEquivalentTo(isLeft ? LogFolder.Content(seed) : null);
            log.Log.Keys.TryFind("t", $"n{seed}", out _).Should().Be(isLeft);
        }
    }

    /// <summary>Ends a compaction in its middle: cancels when its pace has asked for the time so many times.</summary>
    private sealed class StoppingTime(CancellationTokenSource stop, int after) : TimeProvider
    {
        private int asked;

        public override long GetTimestamp()
        {
            if (++asked == after)
            {
                stop.Cancel();
            }

            // So much time has passed that the pace never waits.
            return asked is 1 ? 0 : TimestampFrequency * 1_000_000_000;
        }
    }
}
