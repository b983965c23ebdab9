using System.Collections.Concurrent;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>Remembers until when answers of upstreams hold. It is lost with the process: then upstreams are asked again.</summary>
internal sealed class Freshness(TimeProvider time)
{
    private const int MaximumEntries = 100_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> ends = new(StringComparer.Ordinal);

    /// <summary>Whether an answer still holds.</summary>
    public bool IsFresh(string name) => ends.TryGetValue(name, out var end) && time.GetUtcNow() < end;

    /// <summary>Whether there ever was an answer that is remembered.</summary>
    public bool IsKnown(string name) => ends.ContainsKey(name);

    /// <summary>Notes that an answer holds for a while.</summary>
    public void Note(string name, TimeSpan lifetime)
    {
        if (ends.Count >= MaximumEntries)
        {
            ends.Clear();
        }

        ends[name] = time.GetUtcNow() + lifetime;
    }
}
