using System.Globalization;
using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.Testing;
using Xunit.Abstractions;

namespace Provenance.ArtifactStore.Tests.Logs.PowerLoss;

/// <summary>
/// The machine loses power, or the process dies, at any call to the disk, again and again, while several clients write, replace and delete,
/// and while the log is compacted. What the disk was not told to keep is lost in part: sectors of files, names in folders.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output)
{
    private const int Seeds = 40;
    private const int Lives = 4;
    private const int Clients = 3;

    private static readonly LogOptions Options = new() { SegmentSize = 16 * 1024, Reserve = 1024, HintInterval = 6000 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task What_was_answered_for_is_there_after_every_loss_of_power_and_nothing_is_torn(int part)
    {
        int stored = 0;
        for (int seed = part * Seeds; seed < (part + 1) * Seeds; seed++)
        {
            stored += await LiveAsync(seed);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stored} changes were answered for"));
        stored.Should().BeGreaterThan(Seeds * 10, "the store works most of the time");
    }

    private static async Task<int> LiveAsync(int seed)
    {
        var random = new Random(seed);
        var expectation = new Expectation();
        var left = new Dictionary<string, byte[]>();
        LosingDisk? earlier = null;
        int answered = 0;
        for (int life = 0; life < Lives; life++)
        {
            using var temporary = TemporaryFolder.InMemory();
            Restore(temporary.Path, left);
            bool losesPower = random.Next(4) > 0;
            var disk = new LosingDisk(temporary.Path, calls: random.Next(random.Next(3) is 0 ? 8 : 120) + 1, random.Next(), losesPower);
            disk.TakeUp(earlier);
            earlier?.Dispose();
            answered += await WorkAsync(temporary.Path, disk, expectation, random.Next(), $"seed {seed}, life {life}");
            left = disk.Left!;
            earlier = losesPower ? null : disk;
            if (losesPower)
            {
                disk.Dispose();
            }
        }

        earlier?.Dispose();
        using var last = TemporaryFolder.InMemory();
        Restore(last.Path, left);
        using var folder = DataFolder.Open(last.Path);
        using var log = OpenedLog.Of(folder, Options, new LocalDisk(Durability.None));
        await expectation.ShouldHoldInAsync(log, new DiskBlobStore(log), $"seed {seed}, at the end");
        return answered;
    }

    private static async Task<int> WorkAsync(string path, LosingDisk disk, Expectation expectation, int seed, string story)
    {
        using var folder = DataFolder.Open(path);
        StoreLog log;
        try
        {
            log = OpenedLog.Of(folder, Options, disk);
        }
        catch (DataFolderException) when (disk.Left is not null)
        {
            return 0;
        }

        using (log)
        {
            var store = new DiskBlobStore(log);
            await expectation.ShouldHoldInAsync(log, store, story);
            int[] answered = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => ClientAsync(client, new Random(seed + client), log, store, expectation))));
            disk.End();
            return answered.Sum();
        }
    }

    private static async Task<int> ClientAsync(int client, Random random, StoreLog log, DiskBlobStore store, Expectation expectation)
    {
        using var compaction = new LogCompaction(log, TimeProvider.System);
        var uploads = new DiskBlobUploads(log, store, new BlobLimits(1 << 20, 100, TimeSpan.FromDays(1)), TimeProvider.System);
        for (int answered = 0; answered < 60; answered++)
        {
            int blob = (client * 12) + random.Next(12);
            string key = string.Create(CultureInfo.InvariantCulture, $"{client}/{random.Next(4)}");
            string value = string.Create(CultureInfo.InvariantCulture, $"{random.Next()}");
            try
            {
                await (random.Next(10) switch
                {
                    0 or 1 => expectation.ChangeAsync(blob, isThere: true, null, null, () => store.WriteAsync(Expectation.DigestOf(blob), new MemoryStream(Expectation.Content(blob)), 1 << 20, CancellationToken.None)),
                    2 or 3 => expectation.ChangeAsync(blob, isThere: true, key, value, () => store.WriteAsync(Expectation.DigestOf(blob), new MemoryStream(Expectation.Content(blob)), 1 << 20, [Set(key, value)], CancellationToken.None)),
                    4 or 5 => expectation.ChangeAsync(blob, isThere: true, key, value, () => UploadAsync(uploads, blob, Set(key, value))),
                    6 or 7 => expectation.ChangeAsync(blob, isThere: false, null, null, () => store.DeleteAsync(Expectation.DigestOf(blob), CancellationToken.None)),
                    8 when random.Next(3) is 0 => expectation.ChangeAsync(null, isThere: false, key, null, () => log.CommitAsync(LogUnit.OfChanges([KeyChange.Remove("t", key)]))),
                    8 => expectation.ChangeAsync(null, isThere: false, key, value, () => log.CommitAsync(LogUnit.OfChanges([Set(key, value)]))),
                    _ => client is 0 ? compaction.RunAsync(0.3, long.MaxValue, CancellationToken.None) : Task.CompletedTask,
                });
            }
            catch (IOException)
            {
                return answered;
            }
        }

        return 60;
    }

    private static async Task UploadAsync(DiskBlobUploads uploads, int blob, KeyChange change)
    {
        byte[] content = Expectation.Content(blob);
        string id = await uploads.StartAsync("owner", CancellationToken.None);
        await uploads.AppendAsync("owner", id, range: null, new MemoryStream(content, 0, content.Length / 3), CancellationToken.None);
        await uploads.FinishAsync("owner", id, range: null, new MemoryStream(content, content.Length / 3, content.Length - (content.Length / 3)), Expectation.DigestOf(blob), [change], CancellationToken.None);
    }

    private static KeyChange Set(string key, string value) => KeyChange.Set("t", key, Encoding.UTF8.GetBytes(value));

    private static void Restore(string folder, Dictionary<string, byte[]> files)
    {
        foreach (var (name, bytes) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }
}
