using System.Diagnostics;

namespace Provenance.Bench.Watch;

/// <summary>How long a run waits that completes in the moment in which the replica at work is killed.</summary>
internal static class TakeoverMeasurement
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(WatcherSettings settings, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, waiting: 0, cancellationToken);
        await using var first = cluster.Watch("first", "--lease-namespace", TaskRunTemplate.Namespace, "--identity", "first");
        await using var second = cluster.Watch("second", "--lease-namespace", TaskRunTemplate.Namespace, "--identity", "second");
        await first.WhenReadyAsync(cancellationToken);
        await second.WhenReadyAsync(cancellationToken);
        cluster.Complete(1);
        await first.WhenAsync(() => cluster.Registry.Stored is 1, TimeSpan.FromMilliseconds(20), cancellationToken);
        bool firstLeads = await first.MetricAsync("provenance_watch_is_leader", "shard=\"0\"", cancellationToken) > 0;
        var (leader, other) = firstLeads ? (first, second) : (second, first);

        // Long enough for the other to have seen the lease renewed.
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        long killed = Stopwatch.GetTimestamp();
        await leader.KillAsync();
        cluster.Complete(2);
        await other.WhenAsync(() => cluster.Registry.Stored is 2, TimeSpan.FromMilliseconds(20), cancellationToken);
        return
        [
            new("takeover_s", "leader killed: the run that completes then is attested after", Stopwatch.GetElapsedTime(killed, cluster.Registry.Arrivals[^1]).TotalSeconds, "s") { AtMost = 15 },
        ];
    }
}
