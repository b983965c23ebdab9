using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>
/// The runs that wait for their turn, in two lanes: new ones go before those that were over already when the watching began, but never
/// keep them waiting for ever. Runs that failed come back when their pause is over. Not thread-safe.
/// </summary>
internal sealed class DispatchQueue(int newPerBacklog)
{
    private readonly Queue<LedgerEntry> fresh = new();
    private readonly Queue<LedgerEntry> backlog = new();
    private readonly PriorityQueue<LedgerEntry, long> delayed = new();
    private int taken;

    /// <summary>How many runs wait, those that pause included.</summary>
    public int Count => fresh.Count + backlog.Count + delayed.Count;

    /// <summary>When the first pause is over, as a timestamp; null where none is under way.</summary>
    public long? NextDue => delayed.TryPeek(out _, out long due) ? due : null;

    public void Add(LedgerEntry entry) => (entry.IsBacklog ? backlog : fresh).Enqueue(entry);

    public void AddLater(LedgerEntry entry, long due) => delayed.Enqueue(entry, due);

    /// <summary>Takes the run whose turn it is.</summary>
    public bool TryTake(long now, out LedgerEntry entry)
    {
        while (delayed.TryPeek(out entry!, out long due) && due <= now)
        {
            Add(delayed.Dequeue());
        }

        bool backlogsTurn = fresh.Count is 0 || taken >= newPerBacklog;
        if (backlogsTurn && backlog.TryDequeue(out entry!))
        {
            taken = 0;
            return true;
        }

        taken++;
        return fresh.TryDequeue(out entry!);
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        fresh.Clear();
        backlog.Clear();
        delayed.Clear();
    }
}
