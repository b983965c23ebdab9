using System.Text;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>Where the last states of objects are kept, by the UID of the run that owns them. Not thread-safe.</summary>
internal sealed class CompanionIndex(LedgerOptions options, TimeProvider time)
{
    private readonly Dictionary<string, Kept> byOwner = new(StringComparer.Ordinal);
    private int count;

    /// <summary>The number of the next; in the journal it stands below 0, where runs have none.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>Every one with its number.</summary>
    public IEnumerable<(long Number, JournalPosition Position)> All => byOwner.Values.SelectMany(static k => k.Companions);

    public static byte[] Encode(string owner, ReadOnlySpan<byte> evidence)
    {
        int length = Encoding.UTF8.GetByteCount(owner);
        byte[] payload = new byte[1 + length + evidence.Length];
        payload[0] = checked((byte)length);
        Encoding.UTF8.GetBytes(owner, payload.AsSpan(1));
        evidence.CopyTo(payload.AsSpan(1 + length));
        return payload;
    }

    public static (string Owner, byte[] Evidence) Decode(ReadOnlySpan<byte> payload)
    {
        int length = payload[0];
        return (Encoding.UTF8.GetString(payload.Slice(1, length)), payload[(1 + length)..].ToArray());
    }

    public void Add(string owner, long number, JournalPosition position)
    {
        if (count >= options.MaximumCompanions)
        {
            Release(byOwner.MinBy(static k => k.Value.Since).Key);
        }

        if (!byOwner.TryGetValue(owner, out var kept))
        {
            byOwner[owner] = kept = new Kept([], time.GetTimestamp());
        }

        kept.Companions.Add((number, position));
        NextNumber = Math.Max(NextNumber, number + 1);
        count++;
    }

    public IReadOnlyList<JournalPosition> Of(string owner) => byOwner.TryGetValue(owner, out var kept) ? [.. kept.Companions.Select(static c => c.Position)] : [];

    public void Release(string owner)
    {
        if (byOwner.Remove(owner, out var kept))
        {
            count -= kept.Companions.Count;
        }
    }

    /// <summary>Lets go what was kept for runs that never showed up.</summary>
    public void Expire()
    {
        foreach (string owner in byOwner.Where(k => time.GetElapsedTime(k.Value.Since) > options.CompanionRetention).Select(static k => k.Key).ToList())
        {
            Release(owner);
        }
    }

    /// <summary>Changes where things are.</summary>
    public void Move(Func<JournalPosition, JournalPosition> moved)
    {
        foreach (var kept in byOwner.Values)
        {
            for (int i = 0; i < kept.Companions.Count; i++)
            {
                kept.Companions[i] = (kept.Companions[i].Number, moved(kept.Companions[i].Position));
            }
        }
    }

    private sealed record Kept(List<(long Number, JournalPosition Position)> Companions, long Since);
}
