using System.Text;

namespace Provenance.ArtifactStore.Keys;

/// <summary>
/// The names of one table, about 40 bytes each besides their own, in few objects. They are put in order when first listed, and kept in
/// order from then on. Not thread-safe.
/// </summary>
/// <param name="tableLength">The length of the table's own name, which is part of what a change takes up.</param>
internal sealed class KeyNames(int tableLength)
{
    private const int ChangeHead = 8;
    private const int End = -1;
    private const int SmallestWaste = 64 * 1024;

    private KeyBytes bytes = new();
    private Entry[] entries = new Entry[4];
    private int[] buckets = [End, End, End, End];
    private int used;
    private int free = End;
    private long waste;
    private KeyOrder? order;

    /// <summary>How many names there are.</summary>
    public int Count { get; private set; }

    /// <summary>Finds a name.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out KeyEntry entry)
    {
        int number = Find(name, HashOf(name));
        entry = number is End ? default : EntryOf(number);
        return number is not End;
    }

    /// <summary>Sets a name, and returns what it stood for before.</summary>
    public KeyEntry? Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int place)
    {
        int hash = HashOf(name);
        int number = Find(name, hash);
        KeyEntry? before = number is End ? null : EntryOf(number);
        bool isNew = number is End;
        if (isNew)
        {
            number = Add(hash);
        }
        else
        {
            waste += entries[number].NameLength + entries[number].ValueLength;
        }

        ref var entry = ref entries[number];
        (entry.Position, entry.NameLength, entry.ValueLength, entry.Place) = (bytes.Add(name, value), name.Length, value.Length, place);
        if (isNew)
        {
            order?.Insert(number);
        }

        CleanUp();
        return before;
    }

    /// <summary>Removes a name, and returns what it stood for; null where it was not set.</summary>
    public KeyEntry? Remove(ReadOnlySpan<byte> name)
    {
        int hash = HashOf(name);
        int number = Find(name, hash);
        if (number is End)
        {
            return null;
        }

        var before = EntryOf(number);
        order?.Remove(number);
        ref int link = ref buckets[hash & (buckets.Length - 1)];
        while (link != number)
        {
            link = ref entries[link].Next;
        }

        link = entries[number].Next;
        waste += entries[number].NameLength + entries[number].ValueLength;
        entries[number] = new Entry { Next = free, Position = End };
        free = number;
        Count--;
        CleanUp();
        return before;
    }

    /// <summary>At most <paramref name="count"/> names in ordinal order, those after <paramref name="after"/> only.</summary>
    public List<string> List(string? after, int count)
    {
        order ??= new KeyOrder(NameOf, Enumerable.Range(0, used).Where(number => entries[number].Position is not End));
        return [.. order.List(after is null ? null : Encoding.UTF8.GetBytes(after)).Take(count).Select(number => Encoding.UTF8.GetString(NameOf(number)))];
    }

    // Seeded anew in every process: nobody outside can choose names that all fall into one bucket.
    private static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private ReadOnlySpan<byte> NameOf(int number) => bytes.Span(entries[number].Position, entries[number].NameLength);

    private KeyEntry EntryOf(int number)
    {
        ref var entry = ref entries[number];
        var value = entry.ValueLength is 0 ? default : bytes.Read(entry.Position, entry.NameLength, entry.ValueLength);
        return new KeyEntry(value, entry.Place, ChangeHead + tableLength + entry.NameLength + entry.ValueLength);
    }

    private int Find(ReadOnlySpan<byte> name, int hash)
    {
        int number = buckets[hash & (buckets.Length - 1)];
        while (number is not End && !(entries[number].Hash == hash && NameOf(number).SequenceEqual(name)))
        {
            number = entries[number].Next;
        }

        return number;
    }

    private int Add(int hash)
    {
        int number = free;
        if (number is not End)
        {
            free = entries[number].Next;
        }
        else
        {
            if (used == entries.Length)
            {
                Grow();
            }

            number = used++;
        }

        ref int bucket = ref buckets[hash & (buckets.Length - 1)];
        entries[number] = new Entry { Hash = hash, Next = bucket };
        bucket = number;
        Count++;
        return number;
    }

    private void Grow()
    {
        Array.Resize(ref entries, entries.Length * 2);
        buckets = new int[entries.Length];
        Array.Fill(buckets, End);

        // There are no free entries among those used, or none would have to be made.
        for (int number = 0; number < used; number++)
        {
            ref int bucket = ref buckets[entries[number].Hash & (buckets.Length - 1)];
            entries[number].Next = bucket;
            bucket = number;
        }
    }

    /// <summary>Copies what counts when half of the bytes do not any more.</summary>
    private void CleanUp()
    {
        if (waste < SmallestWaste || waste * 2 < bytes.Total)
        {
            return;
        }

        var kept = new KeyBytes();
        for (int number = 0; number < used; number++)
        {
            ref var entry = ref entries[number];
            if (entry.Position is not End)
            {
                entry.Position = kept.Add(bytes.Span(entry.Position, entry.NameLength + entry.ValueLength), []);
            }
        }

        (bytes, waste) = (kept, 0);
    }

    private struct Entry
    {
        public int Hash;
        public int Next;
        public long Position;
        public int NameLength;
        public int ValueLength;
        public int Place;
    }
}
