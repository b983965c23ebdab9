using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>
/// Takes in runs that look over: collects them, waits for their children at most as long as allowed, decides the statement and hands it to
/// the outbox. What cannot be attested is settled with its reason.
/// </summary>
internal sealed class RunIntake
{
    private readonly RunLedger ledger;
    private readonly Outbox outbox;
    private readonly IReadOnlyList<IRunKind> kinds;
    private readonly RunObserverOptions options;
    private readonly IRunWatchObserver observer;
    private readonly TimeProvider time;
    private readonly RunFamily families;
    private readonly HeldRuns held;
    private readonly WaitingRuns waiting = new();

    public RunIntake(RunLedger ledger, Outbox outbox, IReadOnlyList<IRunKind> kinds, RunObserverOptions options, IRunWatchObserver observer, TimeProvider time)
    {
        (this.ledger, this.outbox, this.kinds, this.options, this.observer, this.time) = (ledger, outbox, kinds, options, observer, time);
        families = new RunFamily(ledger, kinds);
        held = new HeldRuns(ledger, options, observer, (run, cancel) => TakeAsync(run, wasHeld: true, cancel), time);
    }

    /// <summary>How many runs wait for children or are held.</summary>
    public int Count => waiting.Count + held.Count;

    /// <summary>Takes up the runs that an earlier process had waiting.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in ledger.OpenEntries)
        {
            if (entry.State is JournalState.Observed && entry.DeadLetter is null)
            {
                await ResumeAsync(entry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes a run up again that has no statement yet.</summary>
    public async Task ResumeAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var run = ledger.RunOf(entry);
        using var document = JsonDocument.Parse(ledger.EvidenceOf(entry));
        var read = new RunDocument(run.Run, document.RootElement);
        if (kinds.FirstOrDefault(k => k.Recognises(read)) is { } kind)
        {
            await WaitAsync(new WaitingRun(entry, kind, run.Uid), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes in a run.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="resource">Where it was seen.</param>
    /// <param name="evidence">The object as it is kept.</param>
    /// <param name="sighting">How it was seen.</param>
    /// <param name="cancellationToken">Ends the taking in.</param>
    public ValueTask TakeAsync(RunKey key, IRunKind kind, ServedResource resource, byte[] evidence, Sighting sighting, CancellationToken cancellationToken) =>
        TakeAsync(new HeldRun(key, kind, resource, evidence, sighting), wasHeld: false, cancellationToken);

    /// <summary>A run goes on: what it looked like before counts no more.</summary>
    public void GoesOn(RunKey uid) => held.Drop(uid);

    private async ValueTask TakeAsync(HeldRun seen, bool wasHeld, CancellationToken cancellationToken)
    {
        var (key, kind, resource, evidence, sighting) = seen;
        using var document = JsonDocument.Parse(evidence);
        var run = new RunDocument($"{resource.Resource} {document.RootElement.Member("metadata"u8).Text("namespace"u8)}/{document.RootElement.Member("metadata"u8).Text("name"u8)}", document.RootElement);
        if (!kind.Recognises(run))
        {
            // An object of a kind that also stands for other things, such as a Pod, that is no run.
            return;
        }

        string uid = document.RootElement.Member("metadata"u8).Text("uid"u8) ?? "";
        var (collected, family) = await CollectAsync(kind, run, uid, cancellationToken).ConfigureAwait(false);
        if (collected.Outcome.State is RunState.NotDone || (!wasHeld && !sighting.IsGone && kind.MayFailForNow && HeldRuns.MayBeRetried(document.RootElement, collected.Outcome)))
        {
            held.Hold(RunKey.Of(uid, null), seen, cancellationToken);
            return;
        }

        GoesOn(RunKey.Of(uid, null));

        observer.Observed(resource.Resource.ToString(), sighting.IsBacklog);
        var observed = Describe(collected, resource, uid, sighting);
        if (collected.AwaitsChildren)
        {
            if (ledger.Observe(key, observed, evidence, null) is { } entry)
            {
                await WaitAsync(new WaitingRun(entry, kind, uid), cancellationToken).ConfigureAwait(false);
            }
        }
        else if (collected.Run is { } completed)
        {
            if (ledger.Observe(key, observed, [], FrozenStatement.Of(completed, options.BuilderId)) is { } entry)
            {
                families.Release(uid, document.RootElement, family);
                outbox.Add(entry);
            }
        }
        else
        {
            ledger.SettleUnattested(key, new SettledRun("notAttested", time.GetUtcNow()) { Run = observed, Problems = observed.Problems });
            families.Release(uid, document.RootElement, family);
            Tell(observed, collected.Outcome);
        }
    }

    /// <summary>Something that says more about a run has been kept: if it is waiting, it may be complete now.</summary>
    public async ValueTask CompanionCameAsync(string ownerUid, CancellationToken cancellationToken)
    {
        foreach (var run in waiting.ReadingFrom(ownerUid))
        {
            await ReconsiderAsync(run, isLast: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(WaitingRun run, CancellationToken cancellationToken)
    {
        waiting.Add(run);

        // A child may have come between the first look and now.
        await ReconsiderAsync(run, isLast: false, cancellationToken).ConfigureAwait(false);
        _ = ExpireAsync(run, cancellationToken);
    }

    private async Task ExpireAsync(WaitingRun run, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(options.ChildPatience, time, cancellationToken).ConfigureAwait(false);
            await ReconsiderAsync(run, isLast: true, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next process waits for it.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            waiting.Remove(run);
            outbox.PutAside(run.Entry, new(RunProblemCodes.Unexpected, $"{run.Entry.Run}: {e.GetType().Name}: {e.Message}"));
        }
    }

    private async Task ReconsiderAsync(WaitingRun run, bool isLast, CancellationToken cancellationToken)
    {
        await ledger.CommitAsync(run.Entry, cancellationToken).ConfigureAwait(false);
        if (!waiting.Contains(run))
        {
            return;
        }

        using var document = JsonDocument.Parse(ledger.EvidenceOf(run.Entry));
        var read = new RunDocument(run.Entry.Run, document.RootElement);
        CollectedRun collected;
        ChildRuns family;
        do
        {
            (collected, family) = await CollectAsync(run.Kind, read, run.Uid, cancellationToken).ConfigureAwait(false);
        }
        while (collected.AwaitsChildren && !isLast && waiting.Extend(run, family.Owners));
        if ((collected.AwaitsChildren && !isLast) || !waiting.Remove(run))
        {
            return;
        }

        if (collected.Run is { } completed)
        {
            ledger.Freeze(run.Entry, ledger.RunOf(run.Entry) with { Problems = collected.Problems }, FrozenStatement.Of(completed, options.BuilderId));
            families.Release(run.Uid, document.RootElement, family);
            outbox.Add(run.Entry);
        }
        else
        {
            var observed = ledger.RunOf(run.Entry) with { Problems = collected.Problems };
            ledger.Settle(run.Entry, new SettledRun("notAttested", time.GetUtcNow()) { Run = observed, Problems = collected.Problems });
            families.Release(run.Uid, document.RootElement, family);
            Tell(observed, collected.Outcome);
        }
    }

    private async ValueTask<(CollectedRun Collected, ChildRuns Family)> CollectAsync(IRunKind kind, RunDocument run, string uid, CancellationToken cancellationToken)
    {
        var family = await families.OfAsync(uid, cancellationToken).ConfigureAwait(false);
        var collected = kind.Collect(run, family, options.Collect);
        return collected.Run is { } completed && options.Cluster is { } cluster
            ? (collected with { Identity = completed.Identity with { Cluster = cluster }, Run = completed with { Identity = completed.Identity with { Cluster = cluster } } }, family)
            : (collected, family);
    }

    private ObservedRun Describe(CollectedRun collected, ServedResource resource, string uid, Sighting sighting) => new()
    {
        Run = collected.DisplayName,
        InvocationId = collected.Identity?.InvocationId ?? "",
        ApiVersion = resource.ApiVersion,
        Plural = resource.Resource.Plural,
        Namespace = collected.Identity?.Namespace ?? "",
        Name = collected.Identity?.Name ?? "",
        Uid = uid,
        Attempt = collected.Identity?.Attempt,
        State = collected.Outcome.State,
        Reason = collected.Outcome.Reason,
        FinishedOn = collected.Run?.FinishedOn,
        ObservedOn = time.GetUtcNow(),
        IsBacklog = sighting.IsBacklog,
        IsGone = sighting.IsGone,
        Problems = collected.Problems,
    };

    private void Tell(ObservedRun run, RunOutcome outcome) => outbox.Tell(new DeliveryReport
    {
        Run = run.Run,
        Key = run.InvocationId,
        RunOutcome = outcome,
        Outcome = DeliveryOutcome.NotAttested,
        Problems = run.Problems,
    });
}
