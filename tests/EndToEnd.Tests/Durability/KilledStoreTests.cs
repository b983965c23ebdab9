using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Serving;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Xunit.Abstractions;

namespace Provenance.EndToEnd.Tests.Durability;

/// <summary>
/// <c>provenance store</c> is killed without warning again and again while clients push, replace, delete and read. What was answered for is there
/// afterwards, nothing else is served, and a start reads no blobs, however many there are.
/// </summary>
/// <remarks>The lane <c>store-crash</c> runs it with more kills and blobs, by the variables below.</remarks>
public sealed class KilledStoreTests(ITestOutputHelper log) : IDisposable
{
    private const int Clients = 4;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_answered_for_survives_every_kill_and_a_start_reads_no_blobs()
    {
        int seed = Number("PROVENANCE_TEST_SEED", Random.Shared.Next());
        int kills = Number("PROVENANCE_TEST_KILLS", 5);
        int blobs = Number("PROVENANCE_TEST_BLOBS", 20_000);
        log.WriteLine($"PROVENANCE_TEST_SEED={seed}");
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        await FillAsync(blobs);
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{blobs} blobs were there already, written in {watch.Elapsed.TotalSeconds:F1} s"));
        var clients = Enumerable.Range(0, Clients).Select(number => new StoreClient(number, random.Next())).ToList();
        List<double> starts = [];
        long read = 0;
        for (int kill = 0; kill <= kills; kill++)
        {
            using var store = await StoreProcess.StartAsync(folder["data"]);
            starts.Add(store.StartTime.TotalMilliseconds);
            read = Math.Max(read, store.BytesRead);
            int[] held = await Task.WhenAll(clients.Select(client => client.Ledger.ShouldHoldAsync(store.Http)));
            if (kill == kills)
            {
                log.WriteLine($"{clients.Sum(static client => client.Answered)} changes were answered for, {held.Sum()} contents are there at the end");
                held.Sum().Should().BeGreaterThan(kills, "the store works between the kills");
            }
            else
            {
                var work = Task.WhenAll(clients.Select(client => client.WorkAsync(store.Http)));
                await Task.WhenAny(work, Task.Delay(random.Next(20, 600)));
                store.Kill();
                await work;
            }

            store.Error.Should().NotContain(static line => line.StartsWith("error:", StringComparison.Ordinal) || line.Contains("answered for: True", StringComparison.Ordinal), "seed {0}", seed);
        }

        starts.Sort();
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"ready after {starts[0]:F0} ms at least, {starts[starts.Count / 2]:F0} in the middle, {starts[^1]:F0} at most; {read / 1e6:F1} MB read at most"));

        // Hints are read, and what the last segment has behind its hint, empty or not: at most its 64 MiB. Not the kilobyte that each blob has.
        read.Should().BeLessThan(80_000_000 + (blobs * 100L));
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : otherwise;

    private async Task FillAsync(int count)
    {
        var services = new ServiceCollection();
        services.AddArtifactStore(new ArtifactStoreOptions { Folder = folder["data"], Durability = ArtifactStore.Folders.Durability.None });
        await using var provider = services.BuildServiceProvider();
        var blobs = provider.GetRequiredService<IBlobStore>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, cancellationToken) =>
        {
            byte[] content = new byte[1000];
            new Random(number).NextBytes(content);
            await blobs.WriteAsync(Digest.Of(content), new MemoryStream(content), content.Length, cancellationToken);
        });
    }
}
