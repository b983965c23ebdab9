using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Space;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Space;

public sealed class UsageTests : IDisposable
{
    private const uint Now = 1_000_000;

    private readonly TemporaryFolder folder = new();
    private readonly Digest known = Digest.Of("known"u8);
    private readonly Digest unknown = Digest.Of(DigestAlgorithm.Sha512, "unknown"u8);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Uses_survive_a_restart_and_what_is_not_known_counts_as_used_now()
    {
        await InLogAsync(async log =>
        {
            await log.CommitAsync(LogUnit.OfBlob(known, "known"u8.ToArray(), []));
            new UsageFile(log).Save();
            await log.CommitAsync(LogUnit.OfBlob(unknown, "unknown"u8.ToArray(), []));
        });

        await InLogAsync(log =>
        {
            log.LastUsedOf(BlobKey.Of(known)).Should().Be(0, "the log itself does not say");
            new UsageFile(log).Load(uint.MaxValue);
            log.LastUsedOf(BlobKey.Of(known)).Should().Be(LogClock.MinuteOf(new SkippingTime()));
            log.LastUsedOf(BlobKey.Of(unknown)).Should().Be(uint.MaxValue);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(40)]
    [InlineData(48)]
    public async Task A_damaged_file_says_nothing_so_nothing_goes_too_early(int damaged)
    {
        await InLogAsync(async log =>
        {
            await log.CommitAsync(LogUnit.OfBlob(known, "known"u8.ToArray(), []));
            new UsageFile(log).Save();
        });
        byte[] bytes = await File.ReadAllBytesAsync(folder["used"]);
        bytes[damaged] ^= 1;
        await File.WriteAllBytesAsync(folder["used"], bytes);

        await InLogAsync(log =>
        {
            new UsageFile(log).Load(Now);
            log.LastUsedOf(BlobKey.Of(known)).Should().Be(Now);
            return Task.CompletedTask;
        });
    }

    private async Task InLogAsync(Func<StoreLog, Task> use)
    {
        using var data = DataFolder.Open(folder.Path);
        using var log = StoreLog.Open(data, new LogOptions(), new LocalDisk(Durability.Full), new SkippingTime());
        await use(log);
    }
}
