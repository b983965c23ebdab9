using Provenance.ArtifactStore.Registries;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>
/// Sends the attestation of every run that the ledger holds, however long that takes: a passing fault is tried again without end, a
/// registry that is away is left alone meanwhile, and what only an operator can mend is put aside with its reason.
/// </summary>
internal sealed class Outbox(RunLedger ledger, IRunPublication publication, IShardOwnership ownership, IOutboxObserver observer, OutboxOptions options, TimeProvider time)
    : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Lock telling = new();
    private readonly DispatchQueue queue = new(options.NewPerBacklog);
    private readonly Dictionary<string, DestinationBreaker> breakers = new(StringComparer.Ordinal);
    private readonly HashSet<LedgerEntry> notOurs = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? alarm;
    private int underWay;
    private int lastSegment;
    private bool pumping;
    private bool pumpAgain;
    private bool cleaning;

    /// <summary>How many runs are waiting, being worked on, or parked.</summary>
    public int Depth
    {
        get
        {
            lock (gate)
            {
                return queue.Count + underWay + notOurs.Count + breakers.Values.Sum(static b => b.Waiting);
            }
        }
    }

    /// <summary>The registries that are left alone at the moment.</summary>
    public IReadOnlyList<string> RegistriesDown
    {
        get
        {
            lock (gate)
            {
                return [.. breakers.Values.Where(static b => b.IsOpen).Select(static b => b.Registry)];
            }
        }
    }

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
    public void Add(LedgerEntry entry)
    {
        lock (gate)
        {
            queue.Add(entry);
        }

        Pump();
    }

    /// <summary>Takes up the runs that became ours.</summary>
    public void OwnershipChanged()
    {
        lock (gate)
        {
            foreach (var entry in notOurs)
            {
                queue.Add(entry);
            }

            notOurs.Clear();
        }

        Pump();
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
    public void Tell(Delivering.DeliveryReport report)
    {
        lock (telling)
        {
            observer.Settled(report, null, isBacklog: false);
        }
    }

    /// <summary>Stops: what is under way is broken off, and goes on with the next process.</summary>
    public async ValueTask DisposeAsync()
    {
        bool busy;
        await stopping.CancelAsync().ConfigureAwait(false);
        lock (gate)
        {
            queue.Clear();
            busy = underWay > 0;
            alarm?.Dispose();
        }

        if (busy)
        {
            await idle.Task.ConfigureAwait(false);
        }

        stopping.Dispose();
    }

    private void Pump()
    {
        lock (gate)
        {
            if (pumping)
            {
                pumpAgain = true;
                return;
            }

            pumping = true;
        }

        while (TakeNext() is { } entry)
        {
            _ = RunAsync(entry);
        }
    }

    private LedgerEntry? TakeNext()
    {
        lock (gate)
        {
            do
            {
                pumpAgain = false;
                if (!stopping.IsCancellationRequested && underWay < options.Concurrency && queue.TryTake(time.GetTimestamp(), out var entry))
                {
                    underWay++;
                    return entry;
                }
            }
            while (pumpAgain);
            SetAlarm();
            pumping = false;
            return null;
        }
    }

    private void SetAlarm()
    {
        // With no place free, the end of what is under way is what counts.
        if (queue.NextDue is { } due && underWay < options.Concurrency && !stopping.IsCancellationRequested)
        {
            var wait = TimeSpan.FromSeconds(Math.Max(0, due - time.GetTimestamp()) / (double)time.TimestampFrequency) + TimeSpan.FromMilliseconds(1);
            alarm ??= time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            alarm.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync(LedgerEntry entry)
    {
        try
        {
            await ProcessAsync(entry).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next process goes on with it.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What nobody foresaw must neither end the process nor lose the run.
            Delay(entry, null, $"{e.GetType().Name}: {e.Message}");
        }

        await CleanAsync().ConfigureAwait(false);
        lock (gate)
        {
            if (--underWay is 0 && stopping.IsCancellationRequested)
            {
                idle.TrySetResult();
            }
        }

        Pump();
    }

    private async Task ProcessAsync(LedgerEntry entry)
    {
        await ledger.CommitAsync(entry, stopping.Token).ConfigureAwait(false);
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
        if (registries.FirstOrDefault(r => !MayEnter(r, entry)) is { } closed)
        {
            // While it waits there, it cannot be the one that tries whether another is back.
            Leave(entry, except: closed);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, term.Lost);
        entry.Attempts++;
        try
        {
            var result = await publication.PublishAsync(entry, statement, term, ends.Token).ConfigureAwait(false);
            Conclude(entry, registries, result);
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
        if (result.PutAsideFor is not null)
        {
            PutAside(entry, result.Report);
            return;
        }

        ledger.Settle(entry, result.Settled!);
        OnSettled?.Invoke(entry.Key);
        lock (telling)
        {
            observer.Settled(result.Report, entry.FinishedOn is { } finished ? time.GetUtcNow() - finished : null, entry.IsBacklog);
        }
    }

    /// <summary>Puts a run aside that cannot go on by itself.</summary>
    public void PutAside(LedgerEntry entry, Attestor.Runs.RunProblem reason) => PutAside(entry, publication.Report(entry, reason));

    private void PutAside(LedgerEntry entry, Delivering.DeliveryReport report)
    {
        ledger.PutAside(entry, report.Problems[^1]);
        lock (telling)
        {
            observer.PutAside(report);
        }
    }

    private bool MayEnter(string registry, LedgerEntry entry)
    {
        lock (gate)
        {
            return !breakers.TryGetValue(registry, out var breaker) || breaker.TryEnter(entry);
        }
    }

    private void Answered(IReadOnlyList<string> registries)
    {
        foreach (string registry in registries)
        {
            bool wasOpen;
            lock (gate)
            {
                if (!breakers.TryGetValue(registry, out var breaker))
                {
                    continue;
                }

                wasOpen = breaker.IsOpen;
                foreach (var released in breaker.Succeed())
                {
                    queue.Add(released);
                }
            }

            if (wasOpen)
            {
                lock (telling)
                {
                    observer.RegistryUp(registry);
                }
            }
        }
    }

    private void Fail(LedgerEntry entry, string registry, TimeSpan? retryAfter, string reason)
    {
        bool isNews = false;
        bool waits;
        entry.LastFailure = reason;
        lock (gate)
        {
            if (!breakers.TryGetValue(registry, out var breaker))
            {
                breakers[registry] = breaker = new DestinationBreaker(registry, options, time);
            }

            bool wasOpen = breaker.IsOpen;
            var probe = breaker.Fail(entry, retryAfter);
            if (probe is { } next)
            {
                queue.AddLater(next.Probe, next.Due);
            }

            isNews = !wasOpen && breaker.IsOpen;
            waits = breaker.IsOpen;
            Leave(entry, except: registry);
        }

        if (isNews)
        {
            lock (telling)
            {
                observer.RegistryDown(registry, reason);
            }
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
        lock (gate)
        {
            queue.AddLater(entry, time.GetTimestamp() + (long)(wait * time.TimestampFrequency));
        }

        if (isFirst)
        {
            lock (telling)
            {
                observer.Delayed(entry.Run, reason);
            }
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
        lock (gate)
        {
            foreach (var breaker in breakers.Values)
            {
                if (breaker.Registry != except && breaker.Abandon(entry) is { } next)
                {
                    queue.AddLater(next.Probe, next.Due);
                }
            }
        }
    }

    private async Task CleanAsync()
    {
        lock (gate)
        {
            if (cleaning || ledger.CurrentSegment == lastSegment || stopping.IsCancellationRequested)
            {
                return;
            }

            (cleaning, lastSegment) = (true, ledger.CurrentSegment);
        }

        try
        {
            while (await ledger.CleanAsync(stopping.Token).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The next process cleans up.
        }
        catch (IOException)
        {
            // The next segment brings the next try.
        }
        finally
        {
            lock (gate)
            {
                cleaning = false;
            }
        }
    }
}
