using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Tests.Logs;

public sealed class LogFaultTests : IDisposable
{
    private readonly FaultyDisk disk = new();
    private readonly LogFolder log;

    public LogFaultTests() => log = new LogFolder(disk: disk);

    [Fact]
    public async Task A_full_disk_keeps_nothing_partial_and_the_log_goes_on_when_there_is_room()
    {
        await log.PutAsync(LogFolder.Content(1));
        disk.OnWrite = static () => new StorageFullException("the disk");

        (await FluentActions.Awaiting(() => log.PutAsync(LogFolder.Content(2, 5000))).Should().ThrowAsync<StorageFullException>()).Which.HResult.Should().Be(28);
        disk.OnWrite = null;
        log.Log.BlobCount.Should().Be(1);
        await log.PutAsync(LogFolder.Content(3));

        log.Restore(log.Snapshot());
        log.Log.Start.Damage.Should().BeEmpty();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(1)))).Should().NotBeNull();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(2, 5000)))).Should().BeNull();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(3)))).Should().NotBeNull();
    }

    [Fact]
    public async Task Deletions_are_taken_while_the_disk_is_full()
    {
        await log.PutAsync(LogFolder.Content(0));
        disk.OnCreate = static () => new StorageFullException("the disk");
        await FillAsync();

        (await log.Log.CommitAsync(LogUnit.OfDeletion(Digest.Of(LogFolder.Content(0))))).Should().BeTrue();
        await FluentActions.Awaiting(() => log.PutAsync(LogFolder.Content(0))).Should().ThrowAsync<StorageFullException>();
        disk.OnCreate = null;
        await log.PutAsync(LogFolder.Content(1000));

        log.Reopen();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(0)))).Should().BeNull();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(1000)))).Should().NotBeNull();
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(0, false)]
    public async Task A_log_on_a_full_disk_is_opened_and_read_and_takes_deletions_as_long_as_there_is_any_room(int room, bool takesDeletions)
    {
        await log.PutAsync(LogFolder.Content(1));
        disk.RoomLeft = room;
        disk.OnCreate = static () => new StorageFullException("the disk");
        var digest = Digest.Of(LogFolder.Content(1));

        log.Reopen(disk: disk);

        (await log.ReadAsync(digest)).Should().NotBeNull();
        await FluentActions.Awaiting(() => log.PutAsync(LogFolder.Content(2))).Should().ThrowAsync<StorageFullException>();
        var deleting = FluentActions.Awaiting(() => log.Log.CommitAsync(LogUnit.OfDeletion(digest)));
        if (takesDeletions)
        {
            (await deleting()).Should().BeTrue();
        }
        else
        {
            await deleting.Should().ThrowAsync<StorageFullException>();
        }
    }

    [Fact]
    public async Task After_a_failed_flush_the_segment_is_never_written_again_and_nothing_of_the_batch_counts()
    {
        await log.SetAsync("n", "before");
        disk.OnFlush = static () => new IOException("Input/output error");

        await FluentActions.Awaiting(() => log.SetAsync("n", "lost")).Should().ThrowAsync<IOException>();
        log.Get("n").Should().Be("before");
        disk.OnFlush = null;
        await log.SetAsync("other", "after");
        log.Segments.Should().HaveCount(2);

        // The bytes of the failed batch may be on the disk all the same.
        log.Restore(log.Snapshot());
        log.Get("n").Should().Be("before");
        log.Get("other").Should().Be("after");
        log.Log.Start.Damage.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_failed_flush_took_from_older_records_counts_as_corrupt()
    {
        await log.PutAsync(LogFolder.Content(1));
        await log.PutAsync(LogFolder.Content(2));
        disk.OnFlush = static () => new IOException("Input/output error");
        await FluentActions.Awaiting(() => log.PutAsync(LogFolder.Content(3))).Should().ThrowAsync<IOException>();
        disk.OnFlush = null;
        await using (var file = new FileStream(log.Segments[0], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 1024 + 100;
            file.WriteByte(77);
            file.WriteByte(78);
        }

        await log.PutAsync(LogFolder.Content(4));

        log.Log.TryFind(Digest.Of(LogFolder.Content(1)), out _, out bool isCorrupt).Should().BeTrue();
        isCorrupt.Should().BeTrue();
        log.Log.TryFind(Digest.Of(LogFolder.Content(2)), out _, out isCorrupt).Should().BeTrue();
        isCorrupt.Should().BeFalse();
    }

    public void Dispose()
    {
        log.Dispose();
        disk.Gate.Dispose();
    }

    private async Task FillAsync()
    {
        try
        {
            for (int seed = 1; seed < 1000; seed++)
            {
                await log.PutAsync(LogFolder.Content(seed));
            }
        }
        catch (StorageFullException)
        {
            return;
        }

        throw new InvalidOperationException("The segment never became full.");
    }
}
