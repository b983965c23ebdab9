using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Keys;

/// <summary>The names of one table. They are put in order when first listed, and kept in order from then on. Not thread-safe.</summary>
internal sealed class KeyNames
{
    private const int ChunkSize = 512;

    private readonly Dictionary<string, KeyEntry> entries = new(StringComparer.Ordinal);
    private List<List<string>>? ordered;

    /// <summary>How many names there are.</summary>
    public int Count => entries.Count;

    /// <summary>Finds a name.</summary>
    public bool TryFind(string name, out KeyEntry entry) => entries.TryGetValue(name, out entry);

    /// <summary>Finds a name.</summary>
    public bool TryFind(ReadOnlySpan<char> name, out KeyEntry entry) => entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out entry);

    /// <summary>Sets a name, and returns what it stood for before.</summary>
    public KeyEntry? Set(ReadOnlySpan<char> name, KeyEntry entry)
    {
        var lookup = entries.GetAlternateLookup<ReadOnlySpan<char>>();
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, name, out bool exists);
        KeyEntry? before = exists ? slot : null;
        slot = entry;
        if (!exists && ordered is not null)
        {
            Insert(ordered, name.ToString());
        }

        return before;
    }

    /// <summary>Removes a name, and returns what it stood for; null where it was not set.</summary>
    public KeyEntry? Remove(ReadOnlySpan<char> name)
    {
        if (!entries.GetAlternateLookup<ReadOnlySpan<char>>().Remove(name, out string? removed, out var before))
        {
            return null;
        }

        if (ordered is not null)
        {
            var chunk = ordered[ChunkOf(ordered, removed)];
            chunk.RemoveAt(chunk.BinarySearch(removed, StringComparer.Ordinal));
            if (chunk.Count is 0 && ordered.Count > 1)
            {
                ordered.Remove(chunk);
            }
        }

        return before;
    }

    /// <summary>At most <paramref name="count"/> names in ordinal order, those after <paramref name="after"/> only.</summary>
    public List<string> List(string? after, int count)
    {
        ordered ??= Order();
        var names = new List<string>(Math.Min(count, entries.Count));
        int chunk = after is null ? 0 : ChunkOf(ordered, after);
        int start = 0;
        if (after is not null)
        {
            int found = ordered[chunk].BinarySearch(after, StringComparer.Ordinal);
            start = found >= 0 ? found + 1 : ~found;
        }

        for (; chunk < ordered.Count && names.Count < count; chunk++, start = 0)
        {
            int taken = Math.Min(ordered[chunk].Count - start, count - names.Count);
            names.AddRange(CollectionsMarshal.AsSpan(ordered[chunk]).Slice(start, taken));
        }

        return names;
    }

    private static void Insert(List<List<string>> chunks, string name)
    {
        int number = ChunkOf(chunks, name);
        var chunk = chunks[number];
        chunk.Insert(~chunk.BinarySearch(name, StringComparer.Ordinal), name);
        if (chunk.Count > 2 * ChunkSize)
        {
            chunks.Insert(number + 1, chunk.GetRange(ChunkSize, chunk.Count - ChunkSize));
            chunk.RemoveRange(ChunkSize, chunk.Count - ChunkSize);
        }
    }

    /// <summary>The last chunk that begins at or before the name; the first where none does.</summary>
    private static int ChunkOf(List<List<string>> chunks, string name)
    {
        int low = 0;
        int high = chunks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (string.CompareOrdinal(chunks[middle][0], name) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private List<List<string>> Order()
    {
        string[] names = [.. entries.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        return names.Length is 0 ? [[]] : [.. names.Chunk(ChunkSize).Select(chunk => new List<string>(chunk))];
    }
}
