using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Signing;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>
/// Sends the attestation of every run that the ledger holds, however long that takes: a passing fault is tried again without end, a
/// registry that is away is left alone meanwhile, and what only an operator can mend is put aside with its reason.
/// </summary>
internal sealed class Outbox : IAsyncDisposable
{
    private readonly RunLedger ledger;
    private readonly IRunPublication publication;
    private readonly IShardOwnership ownership;
    private readonly OutboxNews news;
    private readonly OutboxOptions options;
    private readonly TimeProvider time;
    private readonly DispatchLoop loop;
    private readonly Destinations destinations;
    private readonly LedgerSweep sweep;
    private readonly Lock gate = new();
    private readonly HashSet<LedgerEntry> notOurs = [];

    public Outbox(RunLedger ledger, IRunPublication publication, IShardOwnership ownership, IOutboxObserver observer, OutboxOptions options, TimeProvider time)
    {
        (this.ledger, this.publication, this.ownership, this.options, this.time) = (ledger, publication, ownership, options, time);
        news = new OutboxNews(observer);
        loop = new DispatchLoop(options, WorkAsync, time);
        destinations = new Destinations(options, time);
        sweep = new LedgerSweep(ledger);
    }

    /// <summary>How many runs are waiting, being worked on, or parked.</summary>
    public int Depth => Locked(() => loop.Count + notOurs.Count + destinations.Waiting);

    /// <summary>The registries that are left alone at the moment.</summary>
    public IReadOnlyList<string> RegistriesDown => [.. Locked(() => destinations.Down).Where(static name => SigningDestination.ServiceOf(name) is null)];

    /// <summary>The services that signing needs and that are left alone at the moment; an empty name stands for what is on this machine, such as an identity token.</summary>
    public IReadOnlyList<string> SigningServicesDown => [.. Locked(() => destinations.Down).Select(SigningDestination.ServiceOf).OfType<string>()];

    /// <summary>Takes up every run that an earlier process left.</summary>
    public void Resume()
    {
        foreach (var entry in ledger.OpenEntries)
        {
            if (entry.State is not Journals.JournalState.Observed && entry.DeadLetter is null)
            {
                Add(entry);
            }
        }
    }

    /// <summary>Takes up a run that has its statement.</summary>
    public void Add(LedgerEntry entry) => loop.Add(entry);

    /// <summary>Takes up the runs that became ours.</summary>
    public void OwnershipChanged()
    {
        LedgerEntry[] ours;
        lock (gate)
        {
            ours = [.. notOurs];
            notOurs.Clear();
        }

        loop.Add(ours);
    }

    /// <summary>Is told of every run that was settled here.</summary>
    public Action<RunKey>? OnSettled { get; set; }

    /// <summary>Drops a run that another process has settled; false where it is ours.</summary>
    public bool TryDrop(LedgerEntry entry)
    {
        if (ownership.TermOf(entry.Key) is not null)
        {
            return false;
        }

        lock (gate)
        {
            notOurs.Remove(entry);
        }

        return true;
    }

    /// <summary>Takes a run up again that was put aside.</summary>
    public void Retry(LedgerEntry entry)
    {
        ledger.Retry(entry);
        Add(entry);
    }

    /// <summary>Tells of a run that was settled without being sent.</summary>
    public void Tell(Delivering.DeliveryReport report) => news.Settled(report, null, isBacklog: false);

    /// <summary>Stops: what is under way is broken off, and goes on with the next process.</summary>
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task WorkAsync(LedgerEntry entry, CancellationToken stopping)
    {
        try
        {
            await ProcessAsync(entry, stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !stopping.IsCancellationRequested)
        {
            // What nobody foresaw must neither end the process nor lose the run.
            Delay(entry, null, $"{e.GetType().Name}: {e.Message}");
        }

        await sweep.SweepAsync(stopping).ConfigureAwait(false);
    }

    private async Task ProcessAsync(LedgerEntry entry, CancellationToken stopping)
    {
        await ledger.CommitAsync(entry, stopping).ConfigureAwait(false);
        if (!ReferenceEquals(ledger.Find(entry.Key), entry))
        {
            // It was settled meanwhile; who else waits for its registries must not wait for it.
            Leave(entry);
            return;
        }

        if (TermOf(entry) is not { } term)
        {
            Park(entry);
            return;
        }

        var statement = ledger.StatementOf(entry);
        var registries = publication.RegistriesOf(statement);
        var signing = publication.SigningServicesOf(entry, term).Append("").Select(SigningDestination.Of).ToList();
        if (registries.Concat(signing).FirstOrDefault(needed => !MayEnter(needed, entry)) is { } closed)
        {
            // While it waits there, it cannot be the one that tries whether another is back.
            Leave(entry, except: closed);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, term.Lost);
        entry.Attempts++;
        try
        {
            var result = await PublishAsync(entry, statement, term, signing, ends.Token).ConfigureAwait(false);
            Conclude(entry, registries, result);
        }
        catch (SigningServiceException e)
        {
            // Also where it refused for good: that is about who signs, not about this run, which must not be lost for it.
            string service = SigningDestination.Of(e.Service);
            Fail(entry, signing.Contains(service) ? service : SigningDestination.Of(null), e.RetryAfter, $"{e.Code}: {e.Message}");
        }
        catch (RegistryException e) when (e.IsTransient)
        {
            string registry = e.Registry is { } named && registries.Contains(named) ? named : registries.FirstOrDefault("");
            Fail(entry, registry, e.RetryAfter, $"{e.Code}: {e.Message}");
        }
        catch (RegistryException e)
        {
            Answered(registries);
            PutAside(entry, publication.Report(entry, new(Attestor.Runs.RunProblemCodes.PublishFailed, $"{entry.Run}: {e.Code}: {e.Message}")));
        }
        catch (KubernetesApiException e)
        {
            Answered(registries);
            Delay(entry, null, e.Message);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Park(entry);
        }
    }

    private async Task<PublicationResult> PublishAsync(LedgerEntry entry, FrozenStatement statement, ShardTerm term, IReadOnlyList<string> signing, CancellationToken ends)
    {
        bool wasSigned = entry.State is Journals.JournalState.Signed;
        try
        {
            return await publication.PublishAsync(entry, statement, term, ends).ConfigureAwait(false);
        }
        finally
        {
            // Whatever became of the publishing: a new signature shows that the services are back.
            if (!wasSigned && entry.State is Journals.JournalState.Signed)
            {
                Answered(signing);
            }
        }
    }

    private void Conclude(LedgerEntry entry, IReadOnlyList<string> registries, PublicationResult result)
    {
        Answered(registries);
        Leave(entry);
        if (result.PutAsideFor is not null)
        {
            PutAside(entry, result.Report);
            return;
        }

        ledger.Settle(entry, result.Settled!);
        OnSettled?.Invoke(entry.Key);
        news.Settled(result.Report, entry.FinishedOn is { } finished ? time.GetUtcNow() - finished : null, entry.IsBacklog);
    }

    /// <summary>Puts a run aside that cannot go on by itself.</summary>
    public void PutAside(LedgerEntry entry, Attestor.Runs.RunProblem reason) => PutAside(entry, publication.Report(entry, reason));

    private void PutAside(LedgerEntry entry, Delivering.DeliveryReport report)
    {
        ledger.PutAside(entry, report.Problems[^1]);
        news.PutAside(report);
    }

    private bool MayEnter(string registry, LedgerEntry entry) => Locked(() => destinations.TryEnter(registry, entry));

    private void Answered(IReadOnlyList<string> registries)
    {
        foreach (string registry in registries)
        {
            if (Locked(() => destinations.Succeed(registry)) is { } released)
            {
                loop.Add(released);
                news.Up(registry);
            }
        }
    }

    private void Fail(LedgerEntry entry, string registry, TimeSpan? retryAfter, string reason)
    {
        entry.LastFailure = reason;
        var (next, isNews, waits) = Locked(() => destinations.Fail(entry, registry, retryAfter));
        if (next is { } probe)
        {
            loop.AddLater(probe.Probe, probe.Due);
        }

        Leave(entry, except: registry);
        if (isNews)
        {
            news.Down(registry, reason);
        }

        if (!waits)
        {
            Delay(entry, retryAfter, reason);
        }
    }

    /// <summary>Comes back later, with full jitter, so that runs that failed together do not come back together.</summary>
    private void Delay(LedgerEntry entry, TimeSpan? retryAfter, string reason)
    {
        bool isFirst = entry.LastFailure is null || entry.Attempts <= 1;
        entry.LastFailure = reason;
        double ceiling = Math.Min(options.LongestDelay.TotalSeconds, options.FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(entry.Attempts, 20)));
        double wait = Math.Max(retryAfter?.TotalSeconds ?? 0, Math.Max(options.FirstDelay.TotalSeconds / 4, ceiling * options.Chance.NextDouble()));
        loop.AddLater(entry, time.GetTimestamp() + (long)(wait * time.TimestampFrequency));

        if (isFirst)
        {
            news.Delayed(entry.Run, reason);
        }
    }

    private void Park(LedgerEntry entry)
    {
        Leave(entry);
        lock (gate)
        {
            notOurs.Add(entry);
        }

        // It may have become ours in between.
        if (TermOf(entry) is not null)
        {
            OwnershipChanged();
        }
    }

    /// <summary>The term under which a run is ours; one that is being lost is none.</summary>
    private ShardTerm? TermOf(LedgerEntry entry) => ownership.TermOf(entry.Key) is { Lost.IsCancellationRequested: false } term ? term : null;

    /// <summary>A run does not go on for now: where it was to try whether a registry is back, another one does.</summary>
    private void Leave(LedgerEntry entry, string? except = null)
    {
        foreach (var (probe, due) in Locked(() => destinations.Leave(entry, except)))
        {
            loop.AddLater(probe, due);
        }
    }

    private T Locked<T>(Func<T> work)
    {
        lock (gate)
        {
            return work();
        }
    }
}
