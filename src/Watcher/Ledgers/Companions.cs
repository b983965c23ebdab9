using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>Keeps the last states of objects for the runs that own them, until those are dealt with.</summary>
internal sealed class Companions(Journal journal, CompanionIndex index, Lock gate)
{
    /// <summary>Keeps the last state of an object.</summary>
    public void Keep(string ownerUid, ReadOnlySpan<byte> evidence)
    {
        lock (gate)
        {
            long number = index.NextNumber;
            index.Add(ownerUid, number, journal.Append(JournalState.Companion, -number, CompanionIndex.Encode(ownerUid, evidence), out _));
        }
    }

    /// <summary>The objects kept for an owner, in the order in which they came.</summary>
    public async Task<IReadOnlyList<byte[]>> OfAsync(string ownerUid, CancellationToken cancellationToken)
    {
        IReadOnlyList<JournalPosition> positions;
        long sequence;
        lock (gate)
        {
            positions = index.Of(ownerUid);
            sequence = journal.LastSequence;
        }

        if (positions.Count is 0)
        {
            return [];
        }

        await journal.CommitAsync(sequence, cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            // They may have moved while they were written.
            return [.. index.Of(ownerUid).Take(positions.Count).Select(p => CompanionIndex.Decode(journal.Read(p)).Evidence)];
        }
    }

    /// <summary>Lets the objects kept for an owner go.</summary>
    public void Release(string ownerUid)
    {
        lock (gate)
        {
            index.Release(ownerUid);
        }
    }
}
