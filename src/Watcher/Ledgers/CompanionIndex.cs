using System.Text;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>Where the last states of objects are kept, by the UID of the run that owns them. Not thread-safe.</summary>
internal sealed class CompanionIndex(LedgerOptions options, TimeProvider time)
{
    private readonly Dictionary<string, Kept> byOwner = new(StringComparer.Ordinal);
    private int count;

    /// <summary>Every position.</summary>
    public IEnumerable<JournalPosition> Positions => byOwner.Values.SelectMany(static k => k.Positions);

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

    public void Add(string owner, JournalPosition position)
    {
        if (!byOwner.TryGetValue(owner, out var kept))
        {
            if (count >= options.MaximumCompanions)
            {
                Release(byOwner.MinBy(static k => k.Value.Since).Key);
            }

            byOwner[owner] = kept = new Kept([], time.GetTimestamp());
        }

        kept.Positions.Add(position);
        count++;
    }

    public IReadOnlyList<JournalPosition> Of(string owner) => byOwner.TryGetValue(owner, out var kept) ? [.. kept.Positions] : [];

    public void Release(string owner)
    {
        if (byOwner.Remove(owner, out var kept))
        {
            count -= kept.Positions.Count;
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
            for (int i = 0; i < kept.Positions.Count; i++)
            {
                kept.Positions[i] = moved(kept.Positions[i]);
            }
        }
    }

    private sealed record Kept(List<JournalPosition> Positions, long Since);
}
