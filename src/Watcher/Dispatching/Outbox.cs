using Provenance.ArtifactStore.Registries;
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
    // No registry's name has a blank.
    private const string SigningPrefix = "signing ";

    private readonly RunLedger ledger;
    private readonly IRunPublication publication;
    private readonly IShardOwnership ownership;
    private readonly IOutboxObserver observer;
    private readonly OutboxOptions options;
    private readonly TimeProvider time;
    private readonly DispatchLoop loop;
    private readonly Destinations destinations;
    private readonly LedgerSweep sweep;
    private readonly Lock gate = new();
    private readonly Lock telling = new();
    private readonly HashSet<LedgerEntry> notOurs = [];

    public Outbox(RunLedger ledger, IRunPublication publication, IShardOwnership ownership, IOutboxObserver observer, OutboxOptions options, TimeProvider time)
    {
        (this.ledger, this.publication, this.ownership, this.observer, this.options, this.time) = (ledger, publication, ownership, observer, options, time);
        loop = new DispatchLoop(options, WorkAsync, time);
        destinations = new Destinations(options, time);
        sweep = new LedgerSweep(ledger);
    }

    /// <summary>How many runs are waiting, being worked on, or parked.</summary>
    public int Depth => Locked(() => loop.Count + notOurs.Count + destinations.Waiting);

    /// <summary>The registries that are left alone at the moment.</summary>
    public IReadOnlyList<string> RegistriesDown => [.. Locked(() => destinations.Down).Where(static name => !IsSigning(name))];

    /// <summary>The services that signing needs and that are left alone at the moment; an empty name stands for what is on this machine, such as an identity token.</summary>
    public IReadOnlyList<string> SigningServicesDown => [.. Locked(() => destinations.Down).Where(IsSigning).Select(static name => name[SigningPrefix.Length..])];

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
    public void Tell(Delivering.DeliveryReport report) => Tell(o => o.Settled(report, null, isBacklog: false));

    /// <summary>Stops: what is under way is broken off, and goes on with the next process.</summary>
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    /// <summary>Observers are told one thing at a time.</summary>
    private void Tell(Action<IOutboxObserver> what)
    {
        lock (telling)
        {
            what(observer);
        }
    }

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
        var signing = publication.SigningServicesOf(entry, term).Append("").Select(static service => SigningPrefix + service).ToList();
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
            bool wasSigned = entry.State is Journals.JournalState.Signed;
            PublicationResult result;
            try
            {
                result = await publication.PublishAsync(entry, statement, term, ends.Token).ConfigureAwait(false);
            }
            finally
            {
                // Whatever became of the publishing: a new signature shows that the services are back.
                if (!wasSigned && entry.State is Journals.JournalState.Signed)
                {
                    Answered(signing);
                }
            }

            Conclude(entry, registries, result);
        }
        catch (SigningServiceException e)
        {
            // Also where it refused for good: that is about who signs, not about this run, which must not be lost for it.
            string service = SigningPrefix + e.Service;
            Fail(entry, signing.Contains(service) ? service : SigningPrefix, e.RetryAfter, $"{e.Code}: {e.Message}");
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
        Tell(o => o.Settled(result.Report, entry.FinishedOn is { } finished ? time.GetUtcNow() - finished : null, entry.IsBacklog));
    }

    /// <summary>Puts a run aside that cannot go on by itself.</summary>
    public void PutAside(LedgerEntry entry, Attestor.Runs.RunProblem reason) => PutAside(entry, publication.Report(entry, reason));

    private void PutAside(LedgerEntry entry, Delivering.DeliveryReport report)
    {
        ledger.PutAside(entry, report.Problems[^1]);
        Tell(o => o.PutAside(report));
    }

    private bool MayEnter(string registry, LedgerEntry entry) => Locked(() => destinations.TryEnter(registry, entry));

    private void Answered(IReadOnlyList<string> registries)
    {
        foreach (string registry in registries)
        {
            if (Locked(() => destinations.Succeed(registry)) is { } released)
            {
                loop.Add(released);
                Tell(o => TellUp(o, registry));
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
            Tell(o => TellDown(o, registry, reason));
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
            Tell(o => o.Delayed(entry.Run, reason));
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

    private static bool IsSigning(string name) => name.StartsWith(SigningPrefix, StringComparison.Ordinal);

    private static void TellUp(IOutboxObserver told, string name)
    {
        if (IsSigning(name))
        {
            told.SigningUp(name[SigningPrefix.Length..]);
        }
        else
        {
            told.RegistryUp(name);
        }
    }

    private static void TellDown(IOutboxObserver told, string name, string reason)
    {
        if (IsSigning(name))
        {
            told.SigningDown(name[SigningPrefix.Length..], reason);
        }
        else
        {
            told.RegistryDown(name, reason);
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
