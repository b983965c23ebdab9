using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Space;

/// <summary>Decides what becomes of every blob that no manifest needs.</summary>
internal sealed class CollectionPlanner(StoreLog log, CacheKeys caches, SpaceOptions options)
{
    private readonly HashSet<BlobKey> live = [];
    private readonly HashSet<BlobKey> over = [];
    private readonly List<IndexedBlob> evictable = [];
    private readonly CollectionPlan plan = new();

    /// <summary>Makes the plan.</summary>
    /// <param name="content">What manifests need.</param>
    /// <param name="now">The minute in which the marking began.</param>
    /// <param name="cutoff">What was used in this minute or later stays.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public CollectionPlan Plan(ReferencedContent content, uint now, uint cutoff, CancellationToken cancellationToken)
    {
        LookAtKeys(now, cancellationToken);
        uint bareCutoff = CutoffOf(now, static lifetime => lifetime.ContentStore);
        long planned = 0;
        foreach (var blob in log.ListBlobs())
        {
            var key = blob.Key;
            bool isLoose = content.LooseLinks.TryGetValue(key, out var links);
            bool isReleased = content.Released.ContainsKey(key);
            bool isPinned = content.Pinned.Contains(key);
            if (isPinned)
            {
                plan.Pinned = plan.Pinned.With(blob.Place.Size);
            }

            if (blob.LastUsed >= cutoff)
            {
                plan.KeptByGrace = isPinned ? plan.KeptByGrace : plan.KeptByGrace.With(blob.Place.Size);
                continue;
            }

            var reason = isPinned || live.Contains(key) ? null
                : isLoose || isReleased ? CollectionReason.Unreferenced
                : over.Contains(key) || blob.LastUsed < bareCutoff ? CollectionReason.Expired
                : (CollectionReason?)null;
            if (reason is not null || isLoose || isReleased || over.Contains(key))
            {
                planned += Add(blob, reason, links.Repositories, isReleased) && reason is not null ? blob.Place.Size : 0;
            }

            if (!isPinned && reason is null)
            {
                evictable.Add(blob);
            }
        }

        Evict(planned);
        NameKeys(now, cancellationToken);
        return plan;
    }

    private uint CutoffOf(uint now, Func<SpaceLifetime, bool> isAbout)
    {
        var lifetime = options.Lifetimes.Where(isAbout).Select(static lifetime => (TimeSpan?)lifetime.TimeToLive).Min();
        return lifetime is { } time ? SpaceClock.Before(now, time) : 0;
    }

    private uint CutoffOf(uint now, string table) =>
        CutoffOf(now, lifetime => lifetime.Caches.Any(pattern => pattern.Covers(CacheKeys.NameOf(table))));

    /// <summary>Which blobs have keys that hold them, and which have keys whose lifetime is over.</summary>
    private void LookAtKeys(uint now, CancellationToken cancellationToken)
    {
        foreach (string table in caches.Tables)
        {
            uint cutoff = CutoffOf(now, table);
            foreach (var (name, digest) in caches.List(table, cancellationToken))
            {
                var key = BlobKey.Of(digest);
                if (log.LastUsedOf(key) is not { } used)
                {
                    plan.Dangling.Add((table, name, key));
                }
                else if (used < cutoff)
                {
                    over.Add(key);
                }
                else
                {
                    live.Add(key);
                }
            }
        }
    }

    private bool Add(IndexedBlob blob, CollectionReason? reason, IReadOnlyList<string>? links, bool isReleased)
    {
        if (log.ReadDigest(blob) is not { } digest)
        {
            return false;
        }

        plan.Removals[blob.Key] = new Removal(digest, blob, reason) { Links = links ?? [], IsReleased = isReleased };
        return true;
    }

    /// <summary>Takes what was used least recently until the store is at its low water, if it is above the high one.</summary>
    private void Evict(long planned)
    {
        long excess = log.BlobBytes - planned > options.HighBytes ? log.BlobBytes - planned - options.LowBytes : 0;
        evictable.Sort(static (one, other) => (one.LastUsed, one.Place.Segment, one.Place.Offset).CompareTo((other.LastUsed, other.Place.Segment, other.Place.Offset)));
        foreach (var blob in evictable)
        {
            // What no bound makes go stays as it is; a blob that is empty would make no room.
            if (excess > 0 && blob.Place.Size > 0)
            {
                var before = plan.Removals.GetValueOrDefault(blob.Key);
                excess -= Add(blob, CollectionReason.Evicted, before?.Links, before?.IsReleased ?? false) ? blob.Place.Size : 0;
            }
            else
            {
                plan.Cached = plan.Cached.With(blob.Place.Size);
            }
        }
    }

    /// <summary>Finds the keys of what goes: all of them for a blob that goes, and those whose lifetime is over for one that stays.</summary>
    private void NameKeys(uint now, CancellationToken cancellationToken)
    {
        if (plan.Removals.Count is 0)
        {
            return;
        }

        foreach (string table in caches.Tables)
        {
            uint cutoff = CutoffOf(now, table);
            foreach (var (name, digest) in caches.List(table, cancellationToken))
            {
                if (plan.Removals.TryGetValue(BlobKey.Of(digest), out var removal) && (removal.Reason is not null || removal.Blob.LastUsed < cutoff))
                {
                    removal.Keys.Add((table, name));
                }
            }
        }
    }
}
