using System.Diagnostics;

namespace Provenance.Bench.Watch;

/// <summary>How long after its completion a run is attested: with nothing else to do, and while a large backlog drains.</summary>
internal static class LiveMeasurement
{
    private const int FirstNumber = 1_000_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(WatcherSettings settings, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, waiting: 0, cancellationToken);
        await using var watcher = cluster.Watch("data");
        await watcher.WhenReadyAsync(cancellationToken);

        // The first seconds of a process that has just been started are not those of one that has run for days.
        await new LiveRuns(cluster, FirstNumber * 2).RunAsync(TimeSpan.FromSeconds(5), cancellationToken);
        var live = new LiveRuns(cluster, FirstNumber);
        await live.RunAsync(TimeSpan.FromSeconds(30), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        double[] latencies = [.. (await live.LatenciesAsync(watcher, cancellationToken)).Select(static l => l.Seconds)];
        return
        [
            new("p50_s_at_60", $"{LiveRuns.PerSecond} runs/s, completed to stored: half within", Statistics.Percentile(latencies, 0.5), "s"),
            new("p99_s_at_60", "  99 of 100 within", Statistics.Percentile(latencies, 0.99), "s") { AtMost = 1 },
        ];
    }

    public static async Task<IReadOnlyList<Figure>> DrainAsync(WatcherSettings settings, int runs, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, runs, cancellationToken);
        await using var watcher = cluster.Watch("data");
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var live = new LiveRuns(cluster, FirstNumber);
        var living = live.RunAsync(TimeSpan.FromMinutes(10), drained.Token);
        long ready;
        double drain;
        try
        {
            ready = await watcher.WhenReadyAsync(cancellationToken);
            string[] subjects = [.. Enumerable.Range(0, runs).Select(TaskRunTemplate.DigestOf)];
            int next = 0;
            await watcher.WhenAsync(
                () =>
                {
                    while (next < runs && cluster.Registry.ArrivalOf(subjects[next]) is not null)
                    {
                        next++;
                    }

                    return next == runs;
                },
                TimeSpan.FromMilliseconds(50),
                cancellationToken);
            drain = Stopwatch.GetElapsedTime(watcher.Started, subjects.Max(s => cluster.Registry.ArrivalOf(s)!.Value)).TotalSeconds;
        }
        finally
        {
            await drained.CancelAsync();
            await living;
        }

        var latencies = await live.LatenciesAsync(watcher, cancellationToken);
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"{runs} waiting and {latencies.Count} live: {watcher.ProcessorTime.TotalMilliseconds / (runs + latencies.Count):F2} ms each"));
        return
        [
            new($"drain_s_{runs}", $"{runs} waiting and {LiveRuns.PerSecond} runs/s: drained within", drain, "s") { AtMost = 180 },
            new("p99_s_while_draining", "  meanwhile, completed to stored: 99 of 100 within", Statistics.Percentile(latencies.Select(static l => l.Seconds), 0.99), "s") { AtMost = 2 },
            new("p99_s_while_draining_ready", "  of those that completed once it was ready: 99 of 100 within", Statistics.Percentile(latencies.Where(l => l.Completed >= ready).Select(static l => l.Seconds), 0.99), "s") { AtMost = 2 },
            new($"rss_mib_{runs}", "  most memory resident", watcher.PeakMemory, "MiB") { AtMost = 256 },
            new($"ready_s_{runs}", "  ready after", Stopwatch.GetElapsedTime(watcher.Started, ready).TotalSeconds, "s") { AtMost = 15 },
        ];
    }
}
