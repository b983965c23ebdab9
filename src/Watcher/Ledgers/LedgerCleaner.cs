using System.Text.Json;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>Removes segments that are hardly needed any more, taking over what still is.</summary>
internal sealed class LedgerCleaner(
    Journal journal,
    LedgerOptions options,
    Lock gate,
    Dictionary<RunKey, LedgerEntry> open,
    Dictionary<RunKey, int> settled,
    CompanionIndex companions)
{
    private readonly Dictionary<JournalPosition, JournalPosition> moved = [];
    private int taken;

    /// <summary>
    /// Removes the oldest segment where no more than half of it is needed, or half of them all: otherwise a segment full of runs that
    /// wait for one registry would keep all that came after it.
    /// </summary>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> CleanAsync(CancellationToken cancellationToken)
    {
        if (journal.Size <= options.CleaningThreshold || journal.OldestSegment is not { } oldest)
        {
            return false;
        }

        List<LedgerEntry> entries;
        lock (gate)
        {
            companions.Expire();
            if (NeededBytes(oldest) > journal.SizeOf(oldest) / 2 && NeededBytes(null) > journal.Size / 2)
            {
                return false;
            }

            // What comes later is written to later segments.
            entries = [.. open.Values.Where(e => e.Meta.Segment == oldest || e.Evidence.Segment == oldest || e.StatementAt.Segment == oldest || e.BundleAt.Segment == oldest)];
        }

        for (int next = 0; ;)
        {
            int first = next;
            long sequence;
            lock (gate)
            {
                taken = 0;
                next = TakeOver(oldest, entries, first);
                if (taken is 0)
                {
                    journal.Remove(oldest);
                    return true;
                }

                sequence = journal.LastSequence;
            }

            await journal.CommitAsync(sequence, cancellationToken).ConfigureAwait(false);
            lock (gate)
            {
                // Only now can they be read in their new places.
                foreach (var entry in entries[first..next])
                {
                    entry.Meta = Moved(entry.Meta);
                    entry.Evidence = Moved(entry.Evidence);
                    entry.StatementAt = Moved(entry.StatementAt);
                    entry.BundleAt = Moved(entry.BundleAt);
                }

                companions.Move(Moved);
                moved.Clear();
            }
        }
    }

    private JournalPosition Moved(JournalPosition position) => moved.GetValueOrDefault(position, position);

    /// <summary>What is needed of a segment, or of all.</summary>
    private long NeededBytes(int? segment)
    {
        long needed = settled.Values.LongCount(s => segment is null || s == segment) * RunKey.Length;
        foreach (var entry in open.Values)
        {
            needed += In(entry.Meta) + In(entry.Evidence) + In(entry.StatementAt) + In(entry.BundleAt);
        }

        return needed + companions.All.Sum(c => In(c.Position));

        long In(JournalPosition position) => segment is null || position.Segment == segment ? RecordFormat.HeadLength + position.Length : 0;
    }

    /// <summary>Writes some of what is needed of a segment anew; gives the entry to go on with.</summary>
    private int TakeOver(int segment, List<LedgerEntry> entries, int next)
    {
        for (; next < entries.Count && taken < options.TakenOverAtOnce; next++)
        {
            if (ReferenceEquals(open.GetValueOrDefault(entries[next].Key), entries[next]))
            {
                TakeOver(segment, entries[next]);
            }
        }

        TakeOverCompanions(segment);
        TakeOverKeys(segment);
        return next;
    }

    private void TakeOverCompanions(int segment)
    {
        foreach (var (number, position) in companions.All)
        {
            if (taken >= options.TakenOverAtOnce)
            {
                return;
            }

            Copy(segment, JournalState.Companion, -number, position);
        }
    }

    private void TakeOverKeys(int segment)
    {
        if (taken >= options.TakenOverAtOnce)
        {
            return;
        }

        RunKey[] keys = [.. settled.Where(s => s.Value == segment).Select(static s => s.Key).Take((options.TakenOverAtOnce - taken + RunKey.Length - 1) / RunKey.Length)];
        if (keys.Length is 0)
        {
            return;
        }

        byte[] payload = new byte[keys.Length * RunKey.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i].Write(payload.AsSpan(i * RunKey.Length));
        }

        int to = journal.Append(JournalState.Settled, 0, payload, out _).Segment;
        taken += payload.Length;
        foreach (var key in keys)
        {
            settled[key] = to;
        }
    }

    private void TakeOver(int segment, LedgerEntry entry)
    {
        bool begins = Copy(segment, JournalState.Observed, entry.Number, entry.Meta);
        Copy(segment, JournalState.Companion, entry.Number, entry.Evidence);
        Copy(segment, JournalState.Frozen, entry.Number, entry.StatementAt);
        if (!(Copy(segment, JournalState.Signed, entry.Number, entry.BundleAt) || begins))
        {
            return;
        }

        // These small records have no place that is remembered: they are written anew with those they followed.
        foreach (var (index, attestation) in entry.Pushed ?? [])
        {
            journal.Append(JournalState.Pushed, entry.Number, JsonSerializer.SerializeToUtf8Bytes(new PushedSubject(index, attestation), LedgerFormat.Default.PushedSubject), out _);
        }

        if (entry.DeadLetter is { } reason)
        {
            journal.Append(JournalState.DeadLettered, entry.Number, JsonSerializer.SerializeToUtf8Bytes(reason, LedgerFormat.Default.RunProblem), out _);
        }
    }

    private bool Copy(int segment, JournalState state, long run, JournalPosition from)
    {
        if (from.Segment != segment)
        {
            return false;
        }

        moved[from] = journal.Append(state, run, journal.Read(from), out _);
        taken += RecordFormat.HeadLength + from.Length;
        return true;
    }
}
