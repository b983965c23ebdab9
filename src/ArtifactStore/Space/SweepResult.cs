namespace Provenance.ArtifactStore.Space;

/// <summary>What a sweep removed. Thread-safe.</summary>
internal sealed class SweepResult
{
    private readonly Lock gate = new();
    private readonly Dictionary<CollectionReason, CollectionCount> blobs = [];
    private long keys;
    private long links;

    /// <summary>Keys of caches.</summary>
    public long Keys => Interlocked.Read(ref keys);

    /// <summary>Links from repositories.</summary>
    public long Links => Interlocked.Read(ref links);

    /// <summary>Blobs that went for a reason.</summary>
    public CollectionCount Of(CollectionReason reason)
    {
        lock (gate)
        {
            return blobs.GetValueOrDefault(reason);
        }
    }

    /// <summary>Counts a blob.</summary>
    public void Count(CollectionReason reason, long size)
    {
        lock (gate)
        {
            blobs[reason] = blobs.GetValueOrDefault(reason).With(size);
        }
    }

    /// <summary>Counts keys.</summary>
    public void CountKeys(long count) => Interlocked.Add(ref keys, count);

    /// <summary>Counts links.</summary>
    public void CountLinks(long count) => Interlocked.Add(ref links, count);

    /// <summary>What a sweep of the plan would remove, if nothing of it is used meanwhile.</summary>
    public static SweepResult Of(CollectionPlan plan)
    {
        var result = new SweepResult();
        foreach (var removal in plan.Removals.Values)
        {
            result.CountKeys(removal.Keys.Count);
            result.CountLinks(removal.Links.Count);
            if (removal.Reason is { } reason)
            {
                result.Count(reason, removal.Blob.Place.Size);
            }
        }

        result.CountKeys(plan.Dangling.Count);
        return result;
    }
}
