namespace Provenance.ArtifactStore.Keys;

/// <summary>Names in ordinal order, known by numbers. Not thread-safe.</summary>
internal sealed class KeyOrder
{
    private const int ChunkSize = 512;

    private readonly Func<int, ReadOnlySpan<byte>> nameOf;
    private readonly List<List<int>> chunks;

    /// <summary>Puts names in order.</summary>
    public KeyOrder(Func<int, ReadOnlySpan<byte>> nameOf, IEnumerable<int> numbers)
    {
        this.nameOf = nameOf;
        int[] all = [.. numbers];
        Array.Sort(all, (one, other) => Compare(nameOf(one), nameOf(other)));
        chunks = all.Length is 0 ? [[]] : [.. all.Chunk(ChunkSize).Select(static chunk => new List<int>(chunk))];
    }

    /// <summary>Adds a name that is not there.</summary>
    public void Insert(int number)
    {
        var name = nameOf(number);
        int at = ChunkOf(name);
        var chunk = chunks[at];
        chunk.Insert(IndexAfter(chunk, name), number);
        if (chunk.Count > 2 * ChunkSize)
        {
            chunks.Insert(at + 1, chunk.GetRange(ChunkSize, chunk.Count - ChunkSize));
            chunk.RemoveRange(ChunkSize, chunk.Count - ChunkSize);
        }
    }

    /// <summary>Takes a name out that is there.</summary>
    public void Remove(int number)
    {
        var name = nameOf(number);
        int at = ChunkOf(name);
        chunks[at].RemoveAt(IndexAfter(chunks[at], name) - 1);
        if (chunks[at].Count is 0 && chunks.Count > 1)
        {
            chunks.RemoveAt(at);
        }
    }

    /// <summary>The names after a given one, or all.</summary>
    public IEnumerable<int> List(byte[]? after)
    {
        int at = after is null ? 0 : ChunkOf(after);
        int start = after is null ? 0 : IndexAfter(chunks[at], after);
        for (; at < chunks.Count; at++, start = 0)
        {
            for (int index = start; index < chunks[at].Count; index++)
            {
                yield return chunks[at][index];
            }
        }
    }

    /// <summary>Compares UTF-8 as the UTF-16 of the same text compares: there, what needs four bytes comes before U+E000.</summary>
    private static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        const byte lastPlane = 0xEE;
        const byte four = 0xF0;
        int same = one.CommonPrefixLength(other);
        if (same == one.Length || same == other.Length)
        {
            return one.Length - other.Length;
        }

        (byte left, byte right) = (one[same], other[same]);
        return left >= lastPlane && right >= lastPlane && left >= four != right >= four ? right - left : left - right;
    }

    /// <summary>The last chunk that begins at or before the name; the first where none does.</summary>
    private int ChunkOf(ReadOnlySpan<byte> name)
    {
        int low = 0;
        int high = chunks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Compare(nameOf(chunks[middle][0]), name) <= 0)
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

    /// <summary>Where in the chunk the names begin that come after the given one.</summary>
    private int IndexAfter(List<int> chunk, ReadOnlySpan<byte> name)
    {
        int low = 0;
        int high = chunk.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Compare(nameOf(chunk[middle]), name) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
