namespace Provenance.ArtifactStore.Registries;

/// <summary>Keys that count for a while after they were added; at most a set number of them, of which the oldest half is given up first.</summary>
internal sealed class RecentKeys<TKey>(int capacity, TimeSpan lifetime, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock access = new();
    private readonly Dictionary<TKey, long> added = [];

    /// <summary>Whether the key was added within the lifetime.</summary>
    public bool Contains(TKey key)
    {
        lock (access)
        {
            return added.TryGetValue(key, out long since) && time.GetElapsedTime(since) < lifetime;
        }
    }

    /// <summary>Adds a key, or lets it count for a whole lifetime again.</summary>
    public void Add(TKey key)
    {
        lock (access)
        {
            added[key] = time.GetTimestamp();
            if (added.Count > capacity)
            {
                foreach (var (old, _) in added.OrderBy(entry => entry.Value).Take(added.Count / 2).ToList())
                {
                    added.Remove(old);
                }
            }
        }
    }

    /// <summary>Takes keys out; tells how many there were.</summary>
    public int Remove(Func<TKey, bool> condition)
    {
        lock (access)
        {
            int before = added.Count;
            foreach (var key in added.Keys.Where(condition).ToList())
            {
                added.Remove(key);
            }

            return before - added.Count;
        }
    }
}
