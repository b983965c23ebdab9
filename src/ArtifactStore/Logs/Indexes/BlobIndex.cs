namespace Provenance.ArtifactStore.Logs.Indexes;

/// <summary>
/// Where every blob is, in memory: about 70 bytes a blob. Finding one takes no call to the system and no allocation. Thread-safe.
/// </summary>
internal sealed class BlobIndex
{
    private const int ShardCount = 32;

    private readonly BlobShard[] shards = [.. Enumerable.Range(0, ShardCount).Select(static _ => new BlobShard())];

    /// <summary>How many blobs there are, the corrupt ones included.</summary>
    public int Count => shards.Sum(static shard => shard.Count);

    /// <summary>Finds a blob; one that is marked as corrupt too.</summary>
    public bool TryFind(BlobKey key, out BlobPlace place, out bool isCorrupt) => ShardOf(key).TryFind(key, out place, out isCorrupt);

    /// <summary>Notes that a blob was used, in minutes since 1970.</summary>
    public void Touch(BlobKey key, uint minute) => ShardOf(key).Touch(key, minute);

    /// <summary>Sets where a blob is, which makes it intact, and returns where it was before.</summary>
    public BlobPlace? Set(BlobKey key, BlobPlace place, uint minute) => ShardOf(key).Set(key, place, minute);

    /// <summary>Removes a blob, and returns where it was; null where it was not stored.</summary>
    public BlobPlace? Remove(BlobKey key) => ShardOf(key).Remove(key);

    /// <summary>Marks a blob as corrupt if it is still in this place; false where it is not, or was marked before.</summary>
    public bool MarkCorrupt(BlobKey key, BlobPlace place) => ShardOf(key).MarkCorrupt(key, place);

    /// <summary>Marks a blob as corrupt wherever it is.</summary>
    public void MarkCorrupt(BlobKey key) => ShardOf(key).MarkCorrupt(key, place: null);

    /// <summary>A copy of what is in the index, in no order.</summary>
    public IEnumerable<IndexedBlob> List() => shards.SelectMany(static shard => shard.List());

    private BlobShard ShardOf(BlobKey key) => shards[key.B % ShardCount];
}
