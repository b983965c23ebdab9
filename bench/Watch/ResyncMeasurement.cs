using System.Diagnostics;
using System.Text;
using Provenance.Testing.Kubernetes;

namespace Provenance.Bench.Watch;

/// <summary>How long everything takes to be listed anew after a 410, beside a client that only reads the same pages.</summary>
internal static class ResyncMeasurement
{
    private const int Rounds = 9;

    // The first of a process that has just been started are not those of one that has run for days.
    private const int Unmeasured = 3;
    private const string Completed = "provenance_watch_lists_completed_total";

    public static async Task<IReadOnlyList<Figure>> RunAsync(WatcherSettings settings, int runs, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, runs, cancellationToken);

        // Both read pages, so that they are given the same work.
        cluster.Api.StreamedLists = StreamedLists.Refused;
        await using var watcher = cluster.Watch("data");
        await watcher.WhenAsync(() => cluster.Registry.Stored == runs, TimeSpan.FromMilliseconds(50), cancellationToken);
        await watcher.WhenReadyAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = cluster.Api.Uri };
        var watching = new List<double>();
        var reading = new List<double>();
        for (int i = -Unmeasured; i < Rounds; i++)
        {
            double read = await ReadAsync(client, cancellationToken);
            double relisted = await RelistAsync(cluster, watcher, cancellationToken);
            if (i >= 0)
            {
                reading.Add(read);
                watching.Add(relisted);
            }
        }

        if (await watcher.MetricAsync("provenance_watch_lists_total", "cause=\"Expired\"", cancellationToken) is not Rounds + Unmeasured)
        {
            throw new InvalidOperationException("The watcher did not list anew each time it was told 410.");
        }

        double seconds = Statistics.Median(watching);
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"{runs} listed anew: {seconds:F3} s, only read: {Statistics.Median(reading):F3} s"));
        return
        [
            new($"resync_{runs}_ratio", $"{runs} listed anew after a 410, in times of reading the pages", seconds / Statistics.Median(reading), "") { AtMost = 2 },
        ];
    }

    /// <summary>The list is complete when the watcher has dealt with its last item.</summary>
    private static async Task<double> RelistAsync(BenchCluster cluster, WatcherProcess watcher, CancellationToken cancellationToken)
    {
        double before = await watcher.MetricAsync(Completed, Resource(cluster), cancellationToken);
        long started = Stopwatch.GetTimestamp();
        cluster.TaskRuns.Error(410, "Expired");
        while (await watcher.MetricAsync(Completed, Resource(cluster), cancellationToken) <= before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), cancellationToken);
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static string Resource(BenchCluster cluster) => $"resource=\"{cluster.TaskRuns.FullName}\"";

    private static async Task<double> ReadAsync(HttpClient client, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        for (string token = "?"; token.Length > 0;)
        {
            string more = token is "?" ? "" : $"&continue={Uri.EscapeDataString(token)}";
            byte[] page = await client.GetByteArrayAsync(new Uri($"/apis/tekton.dev/v1/taskruns?limit=500{more}", UriKind.Relative), cancellationToken);

            // The stub writes the token at the end.
            string end = Encoding.UTF8.GetString(page.AsSpan(Math.Max(0, page.Length - 400)));
            int at = end.LastIndexOf("\"continue\":\"", StringComparison.Ordinal) + "\"continue\":\"".Length;
            token = end[at..end.IndexOf('"', at)];
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
