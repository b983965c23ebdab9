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
    private const int KeysPerRecord = 64 * 1024;

    private readonly Dictionary<JournalPosition, JournalPosition> moved = [];

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

        long sequence;
        lock (gate)
        {
            companions.Expire();
            if (NeededBytes(oldest) > journal.SizeOf(oldest) / 2 && NeededBytes(null) > journal.Size / 2)
            {
                return false;
            }

            sequence = TakeOver(oldest);
        }

        await journal.CommitAsync(sequence, cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            // Only now can they be read in their new places.
            foreach (var entry in open.Values)
            {
                entry.Meta = Moved(entry.Meta);
                entry.Evidence = Moved(entry.Evidence);
                entry.StatementAt = Moved(entry.StatementAt);
                entry.BundleAt = Moved(entry.BundleAt);
            }

            companions.Move(Moved);
            journal.Remove(oldest);
        }

        return true;
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

    /// <summary>Writes what is needed of a segment anew, and gives the sequence after which the segment is not needed any more.</summary>
    private long TakeOver(int segment)
    {
        foreach (var entry in open.Values)
        {
            TakeOver(segment, entry);
        }

        foreach (var (number, position) in companions.All)
        {
            Copy(segment, JournalState.Companion, -number, position);
        }

        foreach (var keys in settled.Where(s => s.Value == segment).Select(static s => s.Key).ToList().Chunk(KeysPerRecord))
        {
            byte[] payload = new byte[keys.Length * RunKey.Length];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i].Write(payload.AsSpan(i * RunKey.Length));
            }

            int to = journal.Append(JournalState.Settled, 0, payload, out _).Segment;
            foreach (var key in keys)
            {
                settled[key] = to;
            }
        }

        return journal.LastSequence;
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
        return true;
    }
}
