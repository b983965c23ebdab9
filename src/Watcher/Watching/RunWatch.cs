using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Observing;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Watching;

/// <summary>Watches a cluster for runs that end, for years: observes them, attests those that are ours, and remembers what is done.</summary>
public sealed class RunWatch : IAsyncDisposable
{
    private static readonly TimeSpan RequestInterval = TimeSpan.FromSeconds(2);

    private readonly RunWatchOptions options;
    private readonly IKubernetesApi api;
    private readonly TimeProvider time;
    private readonly RunLedger ledger;
    private readonly Outbox outbox;
    private readonly RunIntake intake;
    private readonly RunObserver observer;
    private readonly RunGuard guard;
    private readonly LeaseShards? shards;
    private readonly SettledBulletin? bulletin;

    private RunWatch(
        RunWatchOptions options,
        IKubernetesApi api,
        TimeProvider time,
        RunLedger ledger,
        Outbox outbox,
        RunIntake intake,
        RunObserver observer,
        RunGuard guard,
        LeaseShards? shards,
        SettledBulletin? bulletin)
    {
        this.options = options;
        this.api = api;
        this.time = time;
        this.ledger = ledger;
        this.outbox = outbox;
        this.intake = intake;
        this.observer = observer;
        this.guard = guard;
        this.shards = shards;
        this.bulletin = bulletin;
    }

    /// <summary>How the watch stands.</summary>
    public RunWatchStatus Status
    {
        get
        {
            var summary = ledger.Summary;
            var waitingFor = time.GetUtcNow() - (summary.Oldest ?? time.GetUtcNow());
            var notReady = new List<string>();
            if (ledger.Trouble is { } trouble)
            {
                notReady.Add(trouble);
            }

            if (observer.Unlisted is { Count: > 0 } unlisted)
            {
                notReady.Add($"Not everything has been listed yet: {string.Join(", ", unlisted)}.");
            }

            return new RunWatchStatus
            {
                Open = summary.Open,
                AwaitingChildren = intake.Count,
                DeadLetters = summary.DeadLetters,
                OldestUnattested = waitingFor > TimeSpan.Zero ? waitingFor : TimeSpan.Zero,
                JournalSize = ledger.JournalSize,
                Shards = shards?.Owned ?? [0],
                RegistriesDown = outbox.RegistriesDown,
                SigningServicesDown = outbox.SigningServicesDown,
                NotReady = notReady,
            };
        }
    }

    /// <summary>Opens the journal and gets everything ready; nothing is sent yet.</summary>
    /// <exception cref="JournalException">The journal is damaged, of another format or in use.</exception>
    public static async Task<RunWatch> OpenAsync(
        RunWatchOptions options,
        IKubernetesApi api,
        IReadOnlyList<IRunKind> kinds,
        AttestationPublisher publisher,
        IBundleSigner signer,
        IRunWatchObserver told,
        IApiObserver apiTold,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(kinds);
        string? cluster = options.Cluster ?? await ClusterIdentity.ReadAsync(api, cancellationToken).ConfigureAwait(false);
        IJournalStorage storage = options.DryRun ? new JournalMemory() : JournalFolder.Open(options.JournalFolder);
        var ledger = RunLedger.Open(storage, new JournalOptions(), new LedgerOptions(), time);
        var shards = options.Sharding is { } sharding && !options.DryRun ? new LeaseShards(api, sharding, time) : null;
        IShardOwnership ownership = shards is null ? new SoleOwner() : shards;
        IReadOnlyList<IRunFollowUp> followUps = options.Mark is RunMarkOption.Digest ? [new RunMark(api)] : [];
        IRunPublication publication = options.DryRun
            ? new RehearsedPublication(ledger, options.Destination)
            : new RunPublication(ledger, publisher, signer, options.Destination, ownership, followUps, time);
        var outbox = new Outbox(ledger, publication, ownership, told, new OutboxOptions(), time);
        var intake = new RunIntake(ledger, outbox, kinds, new RunObserverOptions { Collect = options.Collect, BuilderId = options.BuilderId, Cluster = cluster }, told, time);
        bool holds = !options.DryRun && (options.Guard is RunGuardOption.Finalizer || (options.Guard is RunGuardOption.Auto && shards is null));
        var guard = new RunGuard(api, holds, apiTold, time);
        var observer = new RunObserver(ledger, intake, kinds, options.Namespaces, options.DryRun ? null : guard, told, time);
        var bulletin = shards is null ? null : new SettledBulletin(api, options.Sharding!, ledger, outbox, apiTold, time);
        outbox.OnSettled = bulletin is null ? null : bulletin.Add;
        return new RunWatch(options, api, time, ledger, outbox, intake, observer, guard, shards, bulletin);
    }

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await intake.ResumeAsync(ending.Token).ConfigureAwait(false);
        outbox.Resume();
        var work = new List<Task> { TakeRequestsAsync(ending.Token), guard.RunAsync(ending.Token) };
        if (shards is not null && bulletin is not null)
        {
            work.Add(shards.RunAsync(outbox.OwnershipChanged, ending.Token));
            work.Add(bulletin.RunAsync(ending.Token));
        }

        foreach (var resource in observer.Resources)
        {
            work.AddRange(options.Namespaces.DefaultIfEmpty(null).Select(n => api.FollowAsync(resource, n, observer, ending.Token)));
        }

        // None of them ends by itself: the first that does has failed, or was told to stop.
        var first = await Task.WhenAny(work).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(work.Select(static w => w.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default))).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    /// <summary>A resource that the API server does not have holds nothing up.</summary>
    public void Unserved(string resource) => observer.Unserved(resource);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await outbox.DisposeAsync().ConfigureAwait(false);
        await ledger.DisposeAsync().ConfigureAwait(false);
    }

    private async Task TakeRequestsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(RequestInterval, time, cancellationToken).ConfigureAwait(false);
            foreach (string request in RetryRequests.Take(options.JournalFolder))
            {
                foreach (var entry in ledger.OpenEntries.Where(static e => e.DeadLetter is not null))
                {
                    if (request is not RetryRequests.All && ledger.RunOf(entry).Uid != request)
                    {
                        continue;
                    }

                    if (entry.State is JournalState.Observed)
                    {
                        ledger.Retry(entry);
                        await intake.ResumeAsync(entry, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        outbox.Retry(entry);
                    }
                }
            }
        }
    }
}
