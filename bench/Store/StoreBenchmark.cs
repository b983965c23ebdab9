using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>
/// <c>provenance up</c> against docker-registry and nginx, each a process of its own on the loopback interface, with data on the disk of
/// the temporary folder. The load takes its share of the same processors.
/// </summary>
internal static class StoreBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Measures and prints; returns the status to exit with.</summary>
    public static async Task<int> RunAsync(StoreSettings settings)
    {
        var figures = new List<Figure> { new("load_average", "Load average before", ProcessFiles.Load(), "") };
        string folder = Directory.CreateTempSubdirectory("provenance-bench-store").FullName;
        return await Measuring.RunAsync(Patience, async cancellationToken =>
        {
            try
            {
                await MeasureAsync(settings, folder, figures, cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            Measuring.Print($"provenance up beside docker-registry and nginx on one machine; median of {settings.Rounds} rounds, in turn", figures, settings.Json);
        });
    }

    private static async Task MeasureAsync(StoreSettings settings, string folder, List<Figure> figures, CancellationToken cancellationToken)
    {
        if (StoreSettings.Names.Any(name => name is not ("rss" or "start") && settings.Wants(name)))
        {
            await CompareAsync(settings, new Servers(Below(folder, "compared"), settings), figures, cancellationToken);
        }

        if (settings.Wants("rss"))
        {
            await using var store = await new Servers(Below(folder, "memory"), settings).StartStoreAsync(cancellationToken);
            figures.AddRange(await MemoryMeasurement.RunAsync(store));
        }

        if (settings.Wants("start"))
        {
            figures.AddRange(await StartMeasurement.RunAsync(settings, new Servers(Below(folder, "start"), settings), cancellationToken));
        }
    }

    private static async Task CompareAsync(StoreSettings settings, Servers servers, List<Figure> figures, CancellationToken cancellationToken)
    {
        await using var store = await servers.StartStoreAsync(cancellationToken);
        await using var registry = await servers.StartRegistryAsync(cancellationToken);
        await using var nginx = await servers.StartNginxAsync(cancellationToken);
        ServerProcess[] all = [store, registry, nginx];
        var requests = new RequestMeasurement(settings, all);
        var bulk = new BulkMeasurement(settings, all);
        if (settings.Wants("get_1k") || settings.Wants("head"))
        {
            var small = Place(Seed.Make(256, 1024));
            figures.AddRange(settings.Wants("get_1k") ? requests.Get(small) : []);
            figures.AddRange(settings.Wants("head") ? requests.Head(small) : []);
        }

        figures.AddRange(settings.Wants("put_1k") ? requests.Push() : []);
        cancellationToken.ThrowIfCancellationRequested();
        figures.AddRange(settings.Wants("get_1m") ? await bulk.GetMegabytesAsync(Place(Seed.Make(8, 1024 * 1024))) : []);
        figures.AddRange(settings.Wants("get_64m") ? await bulk.GetLargeAsync(Place(Seed.Make(1, 64 * 1024 * 1024))) : []);
        cancellationToken.ThrowIfCancellationRequested();
        figures.AddRange(settings.Wants("put_64m") ? await bulk.PushLargeAsync() : []);

        Seed Place(Seed seed)
        {
            seed.Push(store);
            seed.Push(registry);
            seed.Write(servers.NginxRoot);
            return seed;
        }
    }

    private static string Below(string folder, string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
}
