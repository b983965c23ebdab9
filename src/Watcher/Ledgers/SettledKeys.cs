namespace Provenance.Watcher.Ledgers;

/// <summary>
/// The keys of settled runs, with the segment of the journal that names each. A key whose object is gone is kept for a while: the UID will
/// not be used again, but events about it may be told again, and what was known of its children is gone. Not thread-safe.
/// </summary>
internal sealed class SettledKeys(TimeSpan goneRetention, TimeProvider time)
{
    private readonly Queue<(RunKey Key, long Since)> gone = new();

    /// <summary>The segment of every key.</summary>
    public Dictionary<RunKey, int> Segments { get; } = [];

    public bool Contains(RunKey key) => Segments.ContainsKey(key);

    public void Add(RunKey key, int segment) => Segments[key] = segment;

    /// <summary>The object of a run is gone.</summary>
    public void Forget(RunKey key)
    {
        if (Contains(key))
        {
            gone.Enqueue((key, time.GetTimestamp()));
        }

        while (gone.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > goneRetention)
        {
            Segments.Remove(gone.Dequeue().Key);
        }
    }
}
