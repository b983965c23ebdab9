using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Serving;

namespace Provenance.Bench.Store;

/// <summary>The store on disk without HTTP: small blobs by many writers, large blobs, and the start over what was written.</summary>
internal static class StoreDiskBenchmark
{
    private const int SmallSize = 1024;
    private const int LargeSize = 64 * 1024 * 1024;
    private const int LargeRounds = 8;

    /// <summary>Runs all measurements in a folder that is removed afterwards.</summary>
    /// <param name="root">The disk to measure: a folder that exists.</param>
    /// <param name="counts">How many blobs there are at each start.</param>
    public static async Task RunAsync(string root, IReadOnlyList<int> counts)
    {
        string folder = Path.Combine(root, $"store-bench-{Guid.NewGuid():N}");
        try
        {
            await MeasureLargeAsync(folder, writers: 1);
            await MeasureLargeAsync(folder, writers: 2);
            await MeasureSmallAsync(folder, writers: 1, count: 2_000, seed: 1);
            await MeasureSmallAsync(folder, writers: 32, count: 100_000, seed: 2);
            await MeasureReadsAsync(folder, seed: 2, count: 100_000);
            int written = 102_000;
            foreach (int count in counts)
            {
                await MeasureSmallAsync(folder, writers: 256, count - written, seed: 3 + written);
                written = count;
                MeasureStart(folder, count);
                MeasureStart(folder, count);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ServiceProvider Open(string folder)
    {
        var services = new ServiceCollection();
        services.AddArtifactStore(new ArtifactStoreOptions { Folder = folder });
        return services.BuildServiceProvider();
    }

    private static byte[] Content(int seed, int number)
    {
        byte[] content = new byte[SmallSize];
        BitConverter.TryWriteBytes(content, seed);
        BitConverter.TryWriteBytes(content.AsSpan(4), number);
        return content;
    }

    private static async Task MeasureSmallAsync(string folder, int writers, int count, int seed)
    {
        await using var services = Open(folder);
        var blobs = services.GetRequiredService<IBlobStore>();
        int next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < count)
            {
                byte[] content = Content(seed, number);
                var digest = Digest.Of(content);
                KeyChange[] link = [KeyChange.Set("blobs/bench", digest.ToString(), default)];
                await blobs.WriteAsync(digest, new MemoryStream(content), SmallSize, link, CancellationToken.None);
            }
        })));
        Say($"{count} blobs of 1 KiB with a key each, {writers} writers", count / watch.Elapsed.TotalSeconds, "blobs/s");
    }

    private static async Task MeasureReadsAsync(string folder, int seed, int count)
    {
        await using var services = Open(folder);
        var blobs = services.GetRequiredService<IBlobStore>();
        Digest[] digests = [.. Enumerable.Range(0, count).Select(number => Digest.Of(Content(seed, number)))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        foreach (var digest in digests)
        {
            await blobs.FindSizeAsync(digest, CancellationToken.None);
        }

        Say("sizes found, one thread", count / watch.Elapsed.TotalSeconds, $"1/s, {(GC.GetAllocatedBytesForCurrentThread() - before) / count} B allocated each");
        watch.Restart();
        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var digest in digests)
        {
            using var reader = await blobs.OpenAsync(digest, CancellationToken.None);
            await reader!.ReadAllAsync(SmallSize, CancellationToken.None);
        }

        Say("blobs of 1 KiB read and verified, one thread", count / watch.Elapsed.TotalSeconds, $"1/s, {(GC.GetAllocatedBytesForCurrentThread() - before) / count} B allocated each");
    }

    private static async Task MeasureLargeAsync(string folder, int writers)
    {
        await using var services = Open(folder);
        var blobs = services.GetRequiredService<IBlobStore>();
        (byte[] Content, Digest Digest)[] inputs = [.. Enumerable.Range(0, LargeRounds).Select(_ => RandomNumberGenerator.GetBytes(LargeSize)).Select(content => (content, Digest.Of(content)))];
        int next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < inputs.Length)
            {
                await blobs.WriteAsync(inputs[number].Digest, new MemoryStream(inputs[number].Content), LargeSize, CancellationToken.None);
            }
        })));
        Say($"blobs of 64 MiB, {writers} writers", (double)LargeSize * LargeRounds / 1_000_000 / watch.Elapsed.TotalSeconds, "MB/s");
    }

    private static void MeasureStart(string folder, int count)
    {
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        using var services = Open(folder);
        services.GetRequiredService<IBlobStore>();
        services.GetRequiredService<IKeyTable>();
        var elapsed = watch.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        Say($"start with {count} blobs and as many keys", elapsed.TotalMilliseconds, $"ms, {processor.TotalMilliseconds:N0} ms of processor time, {(GC.GetTotalMemory(forceFullCollection: true) - before) / count} B of memory each");
    }

    private static void Say(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:N0} {unit}"));
}
