using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>
/// Runs that look over and may be taken up again, such as a failure that the platform may retry: they get no further event when they are
/// not, so that they are looked at again after a while. How long is measured by our clock, for the platform's may be another.
/// </summary>
internal sealed class HeldRuns(RunLedger ledger, RunObserverOptions options, IRunWatchObserver observer, Func<HeldRun, CancellationToken, ValueTask> take, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<RunKey, HeldRun> held = [];

    /// <summary>How many are held.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return held.Count;
            }
        }
    }

    /// <summary>Whether a run that ended so may be followed by another try.</summary>
    public static bool MayBeRetried(JsonElement root, RunOutcome outcome) =>
        outcome.State is not RunState.Succeeded && !root.Member("status"u8).Member("completionTime"u8).Exists() && !root.Member("status"u8).Member("finishedAt"u8).Exists();

    /// <summary>Holds the latest state of a run.</summary>
    public void Hold(RunKey uid, HeldRun run, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            bool isHeld = held.ContainsKey(uid);
            held[uid] = run;
            if (!isHeld)
            {
                _ = ReleaseAsync(uid, cancellationToken);
            }
        }
    }

    /// <summary>A run goes on, or is dealt with: what it looked like before counts no more.</summary>
    public void Drop(RunKey uid)
    {
        lock (gate)
        {
            held.Remove(uid);
        }
    }

    private async Task ReleaseAsync(RunKey uid, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Task.Delay(options.HoldTime, time, cancellationToken).ConfigureAwait(false);
                HeldRun? run;
                lock (gate)
                {
                    held.TryGetValue(uid, out run);
                }

                if (run is null || ledger.IsKnown(run.Key))
                {
                    Drop(uid);
                    return;
                }

                // While nothing is read, an event that says more may be waiting; and the latest state may be younger than the hold.
                using var document = JsonDocument.Parse(run.Evidence);
                if (ledger.Trouble is null && run.Kind.Collect(new RunDocument("", document.RootElement), ChildRuns.None, options.Collect).Outcome.State is not RunState.NotDone)
                {
                    Drop(uid);
                    await take(run, cancellationToken).ConfigureAwait(false);
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Drop(uid);
                observer.Unreadable("held run", $"{e.GetType().Name}: {e.Message}");
                return;
            }
        }
    }
}
