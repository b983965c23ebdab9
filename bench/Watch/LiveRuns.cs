using System.Diagnostics;

namespace Provenance.Bench.Watch;

/// <summary>Runs that appear and complete a second later, at a steady rate.</summary>
internal sealed class LiveRuns(BenchCluster cluster, int firstNumber)
{
    public const int PerSecond = 60;

    private readonly List<long> completions = [];

    /// <summary>Goes on for a time, or until cancelled; those that have begun are always completed.</summary>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        int last = (int)(duration.TotalSeconds * PerSecond);
        for (int i = 0; i < last + PerSecond; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / PerSecond) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, CancellationToken.None);
            }

            if (cancellationToken.IsCancellationRequested && i < last)
            {
                last = i;
            }

            if (i < last)
            {
                cluster.Begin(firstNumber + i);
            }

            if (i >= PerSecond)
            {
                completions.Add(Stopwatch.GetTimestamp());
                cluster.Complete(firstNumber + i - PerSecond);
            }
        }
    }

    /// <summary>When each run completed, and the seconds from then to its attestation; waits for those under way.</summary>
    public async Task<IReadOnlyList<(long Completed, double Seconds)>> LatenciesAsync(WatcherProcess watcher, CancellationToken cancellationToken)
    {
        var latencies = new List<(long, double)>(completions.Count);
        for (int i = 0; i < completions.Count; i++)
        {
            string subject = TaskRunTemplate.DigestOf(firstNumber + i);
            await watcher.WhenAsync(() => cluster.Registry.ArrivalOf(subject) is not null, TimeSpan.FromMilliseconds(10), cancellationToken);
            latencies.Add((completions[i], Stopwatch.GetElapsedTime(completions[i], cluster.Registry.ArrivalOf(subject)!.Value).TotalSeconds));
        }

        return latencies;
    }
}
