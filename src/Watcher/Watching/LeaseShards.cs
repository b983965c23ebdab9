using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Leases;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Watching;

/// <summary>Divides runs into shards by key; a shard belongs to the replica that holds its lease.</summary>
internal sealed class LeaseShards : IShardOwnership
{
    private readonly LeaseElection[] elections;

    public LeaseShards(IKubernetesApi api, ShardingOptions options, TimeProvider time) => elections =
    [
        .. Enumerable.Range(0, options.Count).Select(i => new LeaseElection(
            api,
            new LeaseOptions
            {
                Namespace = options.Namespace,
                Name = $"{options.LeaseName}-{i}",
                Identity = options.Identity,
                Duration = options.LeaseDuration,
                RenewDeadline = options.LeaseDuration * 2 / 3,
                RetryPeriod = options.LeaseDuration / 6,
            },
            time)),
    ];

    /// <summary>The shards that belong to this replica, by number.</summary>
    public IReadOnlyList<int> Owned => [.. Enumerable.Range(0, elections.Length).Where(i => elections[i].Current is not null)];

    public ShardTerm? TermOf(RunKey key) =>
        elections[(int)(key.Hash % (uint)elections.Length)].Current is { } term ? new ShardTerm(term.Epoch, term.Lost) : null;

    /// <summary>Takes what leases can be had, until cancelled, and tells whenever one was.</summary>
    public Task RunAsync(Action changed, CancellationToken cancellationToken) => Task.WhenAll(
        elections.SelectMany(election => (Task[])[election.RunAsync(cancellationToken), TellAsync(election, changed, cancellationToken)]));

    private static async Task TellAsync(LeaseElection election, Action changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var term = await election.WaitAsync(cancellationToken).ConfigureAwait(false);
            changed();
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = term.Lost.Register(lost.SetResult);
            await lost.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
