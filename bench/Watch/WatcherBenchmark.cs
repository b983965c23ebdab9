namespace Provenance.Bench.Watch;

/// <summary>
/// <c>provenance watch</c> as a process of its own, with its journal on the disk of the temporary folder, against a cluster and a registry
/// in this process, which take their share of the same processors.
/// </summary>
internal static class WatcherBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Measures and prints; returns the status to exit with.</summary>
    public static async Task<int> RunAsync(WatcherSettings settings)
    {
        var figures = new List<Figure>();
        return await Measuring.RunAsync(Patience, async cancellationToken =>
        {
            foreach (var (name, measure) in Measurements(settings, cancellationToken))
            {
                if (settings.Only is null || settings.Only == name)
                {
                    figures.AddRange(await measure());
                }
            }

            Measuring.Print("provenance watch: cluster, registry and watcher on one machine; TaskRuns of one subject; journal on disk", figures, settings.Json);
        });
    }

    private static IEnumerable<(string Name, Func<Task<IReadOnlyList<Figure>>> Measure)> Measurements(WatcherSettings settings, CancellationToken cancellationToken)
    {
        yield return ("5000", () => BacklogMeasurement.RunAsync(settings, 5000, cancellationToken));
        if (settings.Quick)
        {
            yield break;
        }

        yield return ("20000", () => BacklogMeasurement.RunAsync(settings, 20_000, cancellationToken));
        yield return ("live", () => LiveMeasurement.RunAsync(settings, cancellationToken));
        yield return ("100000", () => LiveMeasurement.DrainAsync(settings, 100_000, cancellationToken));
        yield return ("takeover", () => TakeoverMeasurement.RunAsync(settings, cancellationToken));
        yield return ("resync", () => ResyncMeasurement.RunAsync(settings, 10_000, cancellationToken));
    }
}
