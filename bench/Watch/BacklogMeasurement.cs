using System.Diagnostics;

namespace Provenance.Bench.Watch;

/// <summary>How fast runs are attested that were over before the watcher was started, its start included.</summary>
internal static class BacklogMeasurement
{
    // Measured with the released binary on this kind of machine: 2 cores, default settings but without its limit of 20 requests a second.
    private const string Chains5000 = "Tekton Chains 533 (annotations)";
    private const string Chains20000 = "Tekton Chains 377 (annotations), 232 (registry, 2,000 runs)";
    private const string ChainsMemory5000 = "Tekton Chains 283";
    private const string ChainsMemory20000 = "Tekton Chains 767";

    public static async Task<IReadOnlyList<Figure>> RunAsync(WatcherSettings settings, int runs, CancellationToken cancellationToken)
    {
        var measured = new List<Round>();
        for (int i = 0; i < settings.Rounds; i++)
        {
            measured.Add(await RunOnceAsync(settings, runs, cancellationToken));
            await Console.Error.WriteLineAsync(FormattableString.Invariant(
                $"{runs} waiting, round {i + 1} of {settings.Rounds}: {measured[^1].Rate:F0}/s, steady {measured[^1].Steady:F0}/s, {measured[^1].Memory:F0} MiB, {measured[^1].Processor:F2} ms each ({measured[^1].Own:F2} ms in cluster and registry)"));
        }

        double Median(Func<Round, double> value) => Statistics.Median(measured.Select(value));
        bool isSmall = runs is 5000;
        List<Figure> figures =
        [
            new($"attestations_per_s_{runs}", $"{runs} waiting, from the start of the process", Median(static r => r.Rate), "/s") { AtLeast = 1000, Peer = isSmall ? Chains5000 : Chains20000 },
        ];
        if (!isSmall)
        {
            figures.Add(new($"attestations_per_s_{runs}_steady", "  from the first to the last", Median(static r => r.Steady), "/s") { AtLeast = 1000 });
        }

        figures.Add(new($"rss_mib_{runs}", "  most memory resident", Median(static r => r.Memory), "MiB") { AtMost = 120, Peer = isSmall ? ChainsMemory5000 : ChainsMemory20000 });
        if (!isSmall || settings.Quick)
        {
            figures.Add(new("registry_requests_per_attestation", "  requests to the registry, each", Median(static r => r.RegistryRequests), "") { AtMost = 4, Peer = "Tekton Chains 17" });
            figures.Add(new("api_gets_per_run", "  objects read from the API server, each", Median(static r => r.Gets), "") { AtMost = 0.2 });
            figures.Add(new("api_writes_per_run", "  writes to the API server, each", Median(static r => r.Writes), "") { AtMost = 0 });
            figures.Add(new("cpu_ms_per_attestation", "  processor time, each, start included", Median(static r => r.Processor), "ms") { Peer = "Tekton Chains 1.9 to 2.2" });
        }

        return figures;
    }

    private static async Task<Round> RunOnceAsync(WatcherSettings settings, int runs, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, runs, cancellationToken);
        var before = Environment.CpuUsage.TotalTime;
        await using var watcher = cluster.Watch("data");
        await watcher.WhenAsync(() => cluster.Registry.Stored == runs, TimeSpan.FromMilliseconds(20), cancellationToken);
        var own = Environment.CpuUsage.TotalTime - before;
        var arrivals = cluster.Registry.Arrivals;
        var requests = cluster.Api.Requests;
        return new Round(
            runs / Stopwatch.GetElapsedTime(watcher.Started, arrivals[^1]).TotalSeconds,
            runs / Stopwatch.GetElapsedTime(arrivals[0], arrivals[^1]).TotalSeconds,
            watcher.PeakMemory,
            (double)cluster.Registry.Requests / runs,
            (double)requests.Count(static r => r.Verb is "get") / runs,
            (double)requests.Count(static r => r.Verb is not ("get" or "list" or "watch")) / runs,
            watcher.ProcessorTime.TotalMilliseconds / runs,
            own.TotalMilliseconds / runs);
    }

    private sealed record Round(double Rate, double Steady, double Memory, double RegistryRequests, double Gets, double Writes, double Processor, double Own);
}
