using System.Runtime.InteropServices;
using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>Rebuilds what a ledger knows from the records of its journal, in their order.</summary>
internal sealed class LedgerReplay
{
    private readonly Dictionary<long, LedgerEntry> open = [];
    private readonly Dictionary<RunKey, int> settled = [];
    private readonly SortedDictionary<long, (string Owner, JournalPosition Position)> companions = [];
    private readonly Dictionary<long, List<JournalRecord>> early = [];

    /// <summary>The runs that are not settled. One of whose records only the first reached the disk was never taken in.</summary>
    public IEnumerable<LedgerEntry> Open => open.Values.Where(e => !(e.State is JournalState.Observed && e.Evidence == default) && !settled.ContainsKey(e.Key));

    public IReadOnlyDictionary<RunKey, int> Settled => settled;

    /// <summary>The companions by their number: the order in which they came, which taking over changes in the journal.</summary>
    public IReadOnlyDictionary<long, (string Owner, JournalPosition Position)> Companions => companions;

    public long LastNumber { get; private set; }

    public void Take(JournalRecord record)
    {
        LastNumber = Math.Max(LastNumber, record.Run);
        var payload = record.Payload.Span;
        switch (record.State)
        {
            case JournalState.Observed:
                TakeObserved(record);
                return;
            case JournalState.Companion when record.Run < 0:
                companions[-record.Run] = (CompanionIndex.Decode(payload).Owner, record.Position);
                return;
            case JournalState.Done:
                settled[RunKey.Read(payload)] = record.Position.Segment;
                open.Remove(record.Run);
                early.Remove(record.Run);
                return;
            case JournalState.Settled:
                for (int i = 0; i + RunKey.Length <= payload.Length; i += RunKey.Length)
                {
                    settled[RunKey.Read(payload[i..])] = record.Position.Segment;
                }

                return;
        }

        if (open.TryGetValue(record.Run, out var entry))
        {
            Take(record, entry);
        }
        else if (record.Run > 0)
        {
            // The first record of a run that was taken over from an older segment stands behind the others.
            bool isLarge = record.State is JournalState.Companion or JournalState.Frozen or JournalState.Signed;
            (CollectionsMarshal.GetValueRefOrAddDefault(early, record.Run, out _) ??= []).Add(record with { Payload = isLarge ? default : record.Payload.ToArray() });
        }
    }

    private static void Take(JournalRecord record, LedgerEntry entry)
    {
        switch (record.State)
        {
            case JournalState.Companion:
                entry.Evidence = record.Position;
                break;
            case JournalState.Frozen:
                entry.StatementAt = record.Position;
                entry.Evidence = default;
                entry.State = entry.State is JournalState.Signed ? entry.State : JournalState.Frozen;
                break;
            case JournalState.Signed:
                entry.BundleAt = record.Position;
                entry.State = JournalState.Signed;
                break;
            case JournalState.Pushed:
                var pushed = JsonSerializer.Deserialize(record.Payload.Span, LedgerFormat.Default.PushedSubject)!;
                (entry.Pushed ??= [])[pushed.Index] = pushed.Attestation;
                break;
            case JournalState.DeadLettered:
                entry.DeadLetter = JsonSerializer.Deserialize(record.Payload.Span, LedgerFormat.Default.RunProblem);
                break;
            case JournalState.Retried:
                entry.DeadLetter = null;
                break;
        }
    }

    private void TakeObserved(JournalRecord record)
    {
        var run = JsonSerializer.Deserialize(record.Payload.Span, LedgerFormat.Default.ObservedRun)!;
        if (open.TryGetValue(record.Run, out var known))
        {
            known.Meta = record.Position;
            return;
        }

        var entry = new LedgerEntry(record.Run, RunKey.Of(run.Uid, run.Attempt), run.Run)
        {
            IsBacklog = run.IsBacklog,
            FinishedOn = run.FinishedOn,
            ObservedOn = run.ObservedOn,
            State = JournalState.Observed,
            Meta = record.Position,
        };
        open[record.Run] = entry;
        if (early.Remove(record.Run, out var others))
        {
            others.ForEach(o => Take(o, entry));
        }
    }
}
