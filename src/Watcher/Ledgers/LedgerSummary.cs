namespace Provenance.Watcher.Ledgers;

/// <summary>How a ledger stands.</summary>
/// <param name="Open">The runs that are not settled.</param>
/// <param name="DeadLetters">Those of them that were put aside.</param>
/// <param name="Oldest">When the oldest of the others was observed; null where there are none.</param>
internal sealed record LedgerSummary(int Open, int DeadLetters, DateTimeOffset? Oldest)
{
    public static LedgerSummary Of(IReadOnlyCollection<LedgerEntry> open)
    {
        int deadLetters = 0;
        DateTimeOffset? oldest = null;
        foreach (var entry in open)
        {
            if (entry.DeadLetter is not null)
            {
                deadLetters++;
            }
            else if (oldest is null || entry.ObservedOn < oldest)
            {
                oldest = entry.ObservedOn;
            }
        }

        return new LedgerSummary(open.Count, deadLetters, oldest);
    }
}
