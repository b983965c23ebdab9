using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Tests.Logs;

/// <summary>What a crash or a bad disk leaves behind, made by hand from the files of a log that is open.</summary>
public sealed class LogCrashTests
{
    private const int Durable = 6;

    // A record has a head and a hash of 80 bytes, 100 of content and a change of 13, and begins at a multiple of 8.
    private const int Padding = 200 - 193;

    [Fact]
    public async Task Cut_at_any_byte_the_log_holds_exactly_what_was_whole_before()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);
        var files = log.Snapshot();
        string segment = log.Segments[^1];

        for (long cut = ends[Durable]; cut <= ends[9]; cut++)
        {
            log.Restore(Changed(files, segment, bytes => bytes.AsSpan((int)cut).Clear()));

            int whole = Enumerable.Range(0, 10).Last(count => ends[count] - (count is 0 ? 0 : Padding) <= cut);
            await ShouldHoldAsync(log, whole);
            log.Log.Start.Damage.Should().BeEmpty("what was not whole had not been answered for");
        }
    }

    [Fact]
    public async Task A_file_that_ends_in_the_middle_of_a_record_is_taken_up_too()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);
        var files = log.Snapshot();
        string segment = log.Segments[^1];

        for (long cut = ends[8]; cut < ends[9]; cut += 3)
        {
            log.Restore(Shortened(files, segment, cut));

            await ShouldHoldAsync(log, 8);
            await log.PutAsync(LogFolder.Content(100));
            log.Reopen();
            await ShouldHoldAsync(log, 8);
            (await log.ReadAsync(Digest.Of(LogFolder.Content(100)))).Should().NotBeNull();
        }
    }

    [Fact]
    public async Task A_flipped_bit_costs_one_record_and_hides_none_that_follows()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);
        var files = log.Snapshot();
        string segment = log.Segments[^1];

        for (long position = ends[3]; position < ends[4]; position++)
        {
            log.Restore(Changed(files, segment, bytes => bytes[position] ^= (byte)(1 << (int)(position % 8))));

            bool padding = log.Log.Start.Damage.Count is 0;
            padding.Should().Be(position >= ends[4] - Padding, "every byte but the padding is protected");
            foreach (int number in Enumerable.Range(0, 9))
            {
                (await log.ReadAsync(Digest.Of(LogFolder.Content(number)))).Should().BeEquivalentTo(number is 3 && !padding ? null : LogFolder.Content(number));
            }

            log.Get("n3").Should().Be(padding ? "v3" : null);
            if (!padding)
            {
                log.Log.Start.Damage.Should().ContainSingle().Which.Should().Match<ArtifactStore.Logs.LogDamage>(damage => damage.WasDurable && damage.Offset == ends[3]);
                (log.Log.Start.Damage[0].Digest is null || log.Log.Start.Damage[0].Digest == Digest.Of(LogFolder.Content(3))).Should().BeTrue();
            }
        }
    }

    [Fact]
    public async Task A_damaged_payload_is_reported_by_its_digest()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);

        log.Restore(Changed(log.Snapshot(), log.Segments[^1], bytes => bytes[ends[3] + 100] ^= 1));

        log.Log.Start.Damage.Should().ContainSingle().Which.Digest.Should().Be(Digest.Of(LogFolder.Content(3)));
    }

    [Fact]
    public async Task Pages_of_a_broken_off_batch_that_came_out_of_order_are_no_damage()
    {
        var disk = new FaultyDisk();
        using var log = new LogFolder(disk: disk);
        await WriteAsync(log, count: 6);
        disk.Gate.Reset();
        int flushes = disk.Flushes;
        var first = log.PutAsync(LogFolder.Content(50));
        SpinWait.SpinUntil(() => disk.Flushes > flushes, TimeSpan.FromSeconds(20)).Should().BeTrue();
        Task[] batch = [first, .. Enumerable.Range(51, 4).Select(seed => log.PutAsync(LogFolder.Content(seed)))];
        disk.Gate.Set();
        await Task.WhenAll(batch);
        var files = log.Snapshot();

        // The first record of the last batch never reached the disk, those behind it did.
        int second = (int)IndexOf(files[log.Segments[^1]], LogFolder.Content(51));
        log.Restore(Changed(files, log.Segments[^1], bytes => bytes.AsSpan(second, 100).Clear()));

        log.Log.Start.Damage.Should().ContainSingle().Which.WasDurable.Should().BeFalse();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(50)))).Should().NotBeNull();
        (await log.ReadAsync(Digest.Of(LogFolder.Content(51)))).Should().BeNull();
        await ShouldHoldAsync(log, 6);
    }

    [Fact]
    public async Task What_lies_behind_a_cut_off_end_never_comes_back()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);

        // Record 7 is torn, record 8 behind it is whole: then the process goes on writing over the torn one and dies again.
        log.Restore(Changed(log.Snapshot(), log.Segments[^1], bytes => bytes.AsSpan((int)ends[7]).Clear()));
        await log.SetAsync("x", "y");
        log.Restore(log.Snapshot());

        log.Get("x").Should().Be("y");
        log.Get("n8").Should().BeNull();
    }

    [Fact]
    public async Task A_hint_that_is_missing_damaged_or_of_another_segment_changes_nothing()
    {
        using var log = new LogFolder();
        await WriteAsync(log, count: 200);
        log.Segments.Should().HaveCountGreaterThan(2);
        var files = log.Snapshot();
        string[] hints = [.. files.Keys.Where(static path => path.EndsWith(".hint", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var without = files.Where(file => !hints.Contains(file.Key)).ToDictionary();
        var swapped = new Dictionary<string, byte[]>(files) { [hints[0]] = files[hints[1]], [hints[1]] = files[hints[0]] };

        log.Restore(without);
        await ShouldHoldAsync(log, 200);
        log.Restore(swapped);
        await ShouldHoldAsync(log, 200);
        for (int position = 0; position < files[hints[0]].Length; position += 37)
        {
            log.Restore(Changed(files, hints[0], bytes => bytes[position] ^= 4));
            log.Log.Start.Damage.Should().BeEmpty();
            log.Log.BlobCount.Should().Be(200);
        }

        await ShouldHoldAsync(log, 200);
    }

    [Fact]
    public async Task A_hint_that_knows_more_than_its_segment_is_not_believed()
    {
        using var log = new LogFolder();
        var ends = await WriteAsync(log, count: 9);
        log.Log.Dispose();
        var files = log.Snapshot();

        log.Restore(Shortened(files, log.Segments[^1], ends[5]));

        await ShouldHoldAsync(log, 5);
    }

    [Fact]
    public async Task A_blob_that_contains_a_record_does_not_become_one_when_its_own_record_is_damaged()
    {
        using var log = new LogFolder();
        using var other = new LogFolder();
        await other.SetAsync("stolen", "yes");
        byte[] forged = other.Snapshot()[other.Segments[0]].AsSpan(1024, 512).ToArray();
        await log.PutAsync(forged);
        await log.SetAsync("n", "v");

        log.Restore(Changed(log.Snapshot(), log.Segments[0], bytes => bytes[1024] ^= 1));

        log.Get("stolen").Should().BeNull();
        log.Get("n").Should().Be("v");
    }

    private static long IndexOf(byte[] bytes, byte[] content) => bytes.AsSpan().IndexOf(content);

    /// <summary>Writes blobs with a key each, every one a batch of its own, and returns where the log ended before and after each.</summary>
    private static async Task<List<long>> WriteAsync(LogFolder log, int count)
    {
        List<long> ends = [1024];
        for (int number = 0; number < count; number++)
        {
            await log.PutAsync(LogFolder.Content(number), KeyChange.Set("t", $"n{number}", System.Text.Encoding.UTF8.GetBytes($"v{number}")));
            ends.Add(log.Log.Segments[^1].End);
        }

        return ends;
    }

    private static async Task ShouldHoldAsync(LogFolder log, int count)
    {
        for (int number = 0; number < count; number++)
        {
            (await log.ReadAsync(Digest.Of(LogFolder.Content(number)))).Should().Equal(LogFolder.Content(number));
            log.Get($"n{number}").Should().Be($"v{number}");
        }

        (await log.ReadAsync(Digest.Of(LogFolder.Content(count)))).Should().BeNull();
        log.Get($"n{count}").Should().BeNull();
    }

    private static Dictionary<string, byte[]> Changed(Dictionary<string, byte[]> files, string path, Action<byte[]> change)
    {
        byte[] bytes = [.. files[path]];
        change(bytes);
        return new Dictionary<string, byte[]>(files) { [path] = bytes };
    }

    private static Dictionary<string, byte[]> Shortened(Dictionary<string, byte[]> files, string path, long length) =>
        new(files) { [path] = files[path][..(int)length] };
}
