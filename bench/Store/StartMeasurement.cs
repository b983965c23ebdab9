using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Serving;
using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>From the start of the process to its readiness, over a data folder with many blobs of 1 KiB.</summary>
internal static class StartMeasurement
{
    private const int Writers = 256;
    private const int Starts = 3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(StoreSettings settings, Servers servers, CancellationToken cancellationToken)
    {
        double empty = await StartAsync(servers, cancellationToken);
        long started = Stopwatch.GetTimestamp();
        var services = new ServiceCollection()
            .AddArtifactStore(new ArtifactStoreOptions { Folder = Path.Combine(servers.DataFolder, "store") })
            .BuildServiceProvider();
        await using (services)
        {
            await FillAsync(services.GetRequiredService<IBlobStore>(), settings.Blobs, cancellationToken);
        }

        var filling = Stopwatch.GetElapsedTime(started);
        var times = new List<double>();
        for (int i = 0; i < Starts; i++)
        {
            times.Add(await StartAsync(servers, cancellationToken));
        }

        string name = settings.Blobs % 1000 == 0 ? $"{settings.Blobs / 1000}k" : $"{settings.Blobs}";
        return
        [
            new Figure($"start_{name}_s", $"Start with {settings.Blobs} blobs, until ready", Statistics.Median(times), "s") { AtMost = 1 },
            new Figure("start_empty_s", "  with an empty folder", empty, "s"),
            new Figure("write_1k_blobs_s", "  blobs written while it was filled, without HTTP", settings.Blobs / filling.TotalSeconds, "/s"),
        ];
    }

    private static async Task<double> StartAsync(Servers servers, CancellationToken cancellationToken)
    {
        await using var store = await servers.StartStoreAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(store.Started).TotalSeconds;
    }

    private static Task FillAsync(IBlobStore blobs, int count, CancellationToken cancellationToken)
    {
        byte[] random = RandomNumberGenerator.GetBytes(1024);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, count, options, async (number, cancellation) =>
        {
            byte[] content = [.. random];
            BinaryPrimitives.WriteInt32LittleEndian(content, number);
            using var stream = new MemoryStream(content, writable: false);
            await blobs.WriteAsync(Digest.Of(content), stream, content.Length, cancellation);
        });
    }
}
