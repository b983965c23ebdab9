namespace Provenance.ArtifactStore.Logs.Indexes;

/// <summary>A hash table whose entries stay where they are when it grows: they are kept in chunks, chained by numbers.</summary>
internal sealed class BlobShard
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int End = -1;

    private readonly Lock gate = new();
    private readonly List<Entry[]> chunks = [];
    private int[] buckets = NewBuckets(64);
    private int used;
    private int free = End;

    private enum State : byte
    {
        Free,
        Short,
        Long,
    }

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>See <see cref="BlobIndex.TryFind"/>.</summary>
    public bool TryFind(BlobKey key, out BlobPlace place, out bool isCorrupt)
    {
        lock (gate)
        {
            int number = Find(key);
            if (number is End)
            {
                (place, isCorrupt) = (default, false);
                return false;
            }

            ref var entry = ref EntryOf(number);
            (place, isCorrupt) = (entry.Place, entry.IsCorrupt);
            return true;
        }
    }

    /// <summary>See <see cref="BlobIndex.Touch"/>.</summary>
    public void Touch(BlobKey key, uint minute)
    {
        lock (gate)
        {
            if (Find(key) is not End and int number)
            {
                EntryOf(number).LastUsed = minute;
            }
        }
    }

    /// <summary>See <see cref="BlobIndex.Set"/>.</summary>
    public BlobPlace? Set(BlobKey key, BlobPlace place, uint minute)
    {
        lock (gate)
        {
            int number = Find(key);
            BlobPlace? before = number is End ? null : EntryOf(number).Place;
            if (number is End)
            {
                number = Add(key);
            }

            ref var entry = ref EntryOf(number);
            entry.Place = place;
            entry.IsCorrupt = false;
            entry.LastUsed = Math.Max(entry.LastUsed, minute);
            return before;
        }
    }

    /// <summary>See <see cref="BlobIndex.Remove"/>.</summary>
    public BlobPlace? Remove(BlobKey key)
    {
        lock (gate)
        {
            ref int link = ref buckets[BucketOf(key)];
            while (link is not End)
            {
                ref var entry = ref EntryOf(link);
                if (entry.Is(key))
                {
                    int number = link;
                    var before = entry.Place;
                    link = entry.Next;
                    entry = default;
                    entry.Next = free;
                    free = number;
                    Count--;
                    return before;
                }

                link = ref entry.Next;
            }

            return null;
        }
    }

    /// <summary>See <see cref="BlobIndex.MarkCorrupt"/>.</summary>
    public bool MarkCorrupt(BlobKey key, BlobPlace? place)
    {
        lock (gate)
        {
            if (Find(key) is not End and int number
                && EntryOf(number) is { IsCorrupt: false } entry
                && (place is null || entry.Place == place))
            {
                EntryOf(number).IsCorrupt = true;
                return true;
            }

            return false;
        }
    }

    /// <summary>See <see cref="BlobIndex.List"/>.</summary>
    public List<IndexedBlob> List()
    {
        lock (gate)
        {
            var list = new List<IndexedBlob>(Count);
            for (int number = 0; number < used; number++)
            {
                ref var entry = ref EntryOf(number);
                if (entry.State is not State.Free)
                {
                    list.Add(new IndexedBlob(entry.Key, entry.Place, entry.LastUsed, entry.IsCorrupt));
                }
            }

            return list;
        }
    }

    private static int[] NewBuckets(int count)
    {
        int[] fresh = new int[count];
        Array.Fill(fresh, End);
        return fresh;
    }

    private int Find(BlobKey key)
    {
        int number = buckets[BucketOf(key)];
        while (number is not End && !EntryOf(number).Is(key))
        {
            number = EntryOf(number).Next;
        }

        return number;
    }

    private int Add(BlobKey key)
    {
        if (Count >= buckets.Length)
        {
            Grow();
        }

        int number = free;
        if (number is End)
        {
            number = used++;
            if (number >> ChunkBits == chunks.Count)
            {
                chunks.Add(new Entry[ChunkSize]);
            }
        }
        else
        {
            free = EntryOf(number).Next;
        }

        ref int bucket = ref buckets[BucketOf(key)];
        EntryOf(number) = new Entry(key) { Next = bucket };
        bucket = number;
        Count++;
        return number;
    }

    private void Grow()
    {
        buckets = NewBuckets(buckets.Length * 2);
        for (int number = 0; number < used; number++)
        {
            ref var entry = ref EntryOf(number);
            if (entry.State is not State.Free)
            {
                ref int bucket = ref buckets[BucketOf(entry.Key)];
                entry.Next = bucket;
                bucket = number;
            }
        }
    }

    private int BucketOf(BlobKey key) => (int)(key.A & (ulong)(buckets.Length - 1));

    private ref Entry EntryOf(int number) => ref chunks[number >> ChunkBits][number & (ChunkSize - 1)];

    private struct Entry(BlobKey key)
    {
        public int Next;
        public uint LastUsed;
        public State State = key.IsLong ? State.Long : State.Short;
        public bool IsCorrupt;

        private readonly ulong a = key.A;
        private readonly ulong b = key.B;
        private readonly ulong c = key.C;
        private readonly ulong d = key.D;
        private long size;
        private int segment;
        private uint offset;
        private bool isFile;

        public readonly BlobKey Key => new(a, b, c, d, State is State.Long);

        public BlobPlace Place
        {
            readonly get => new(segment, offset, size, isFile);
            set => (segment, offset, size, isFile) = value;
        }

        public readonly bool Is(BlobKey other) =>
            a == other.A && b == other.B && c == other.C && d == other.D && State == (other.IsLong ? State.Long : State.Short);
    }
}
