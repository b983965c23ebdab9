using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Space;

/// <summary>Runs collections, one at a time: expire, mark, plan, sweep, compact.</summary>
internal sealed class SpaceCollector(
    StoreLog log, IKeyTable keys, DiskBlobStore blobs, BlobLeases leases, IBlobCompaction compaction, SpaceOptions options, TimeProvider time) : IDisposable
{
    private const double DeadShare = 0.5;
    private const long CompactionRate = 64 * 1024 * 1024;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly UsageFile usage = new(log);
    private readonly Lock gate = new();
    private readonly Dictionary<CollectionReason, CollectionCount> removed = [];
    private bool isLoaded;
    private long collections;
    private CollectionReport? last;

    /// <summary>What was let go of since the start.</summary>
    public SpaceFigures Figures
    {
        get
        {
            lock (gate)
            {
                return new SpaceFigures
                {
                    Collections = collections,
                    LastCollection = last?.BegunOn,
                    LastDuration = last?.Duration ?? TimeSpan.Zero,
                    Removed = new Dictionary<CollectionReason, CollectionCount>(removed),
                };
            }
        }
    }

    /// <summary>See <see cref="ISpace.CollectAsync"/>.</summary>
    public async Task<CollectionReport> CollectAsync(bool isDryRun, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var report = await RunAsync(isDryRun, progress, cancellationToken).ConfigureAwait(false);
            if (!isDryRun)
            {
                progress?.Report(new CollectionProgress("compacting", 0, 0));
                report = report with
                {
                    Segments = await compaction.CompactAsync(DeadShare, CompactionRate, cancellationToken).ConfigureAwait(false),
                    Duration = time.GetUtcNow() - report.BegunOn,
                };
                usage.Save();
                lock (gate)
                {
                    (collections, last) = (collections + 1, report);
                }
            }

            return report;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Makes room for writes, unless a collection that was waited for has done so already.</summary>
    public async Task EvictAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (log.BlobBytes > options.HighBytes)
            {
                await RunAsync(isDryRun: false, progress: null, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Writes down when blobs were used last, for the next start.</summary>
    public async Task SaveUsageAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            LoadUsage();
            usage.Save();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<CollectionReport> RunAsync(bool isDryRun, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        LoadUsage();
        var begun = time.GetUtcNow();
        uint now = LogClock.MinuteOf(time);

        // Without any grace, what was used in this very minute may go too.
        uint cutoff = options.GracePeriod == TimeSpan.Zero ? now + 1 : SpaceClock.Before(now, options.GracePeriod);
        var caches = new CacheKeys(keys);
        var mark = new ReferenceMark(keys, blobs);
        var expired = await new ManifestExpiry(log, keys, blobs, mark, leases, options).RunAsync(now, isDryRun, cancellationToken).ConfigureAwait(false);
        var content = await mark.RunAsync(isDryRun ? expired : new HashSet<(string, Digest)>(), progress, cancellationToken).ConfigureAwait(false);
        if (isDryRun)
        {
            foreach (var (_, digest) in expired)
            {
                content.Release(digest);
            }
        }

        var plan = new CollectionPlanner(log, caches, options).Plan(content, now, cutoff, cancellationToken);
        var result = isDryRun ? SweepResult.Of(plan) : await new Sweep(log, blobs, caches, leases).RunAsync(plan, cutoff, progress, cancellationToken).ConfigureAwait(false);
        if (!isDryRun)
        {
            Count(result);
        }

        return new CollectionReport
        {
            IsDryRun = isDryRun,
            BegunOn = begun,
            Duration = time.GetUtcNow() - begun,
            Unreferenced = result.Of(CollectionReason.Unreferenced),
            Expired = result.Of(CollectionReason.Expired),
            Evicted = result.Of(CollectionReason.Evicted),
            Manifests = expired.Count,
            Keys = result.Keys,
            Links = result.Links,
            Pinned = plan.Pinned,
            KeptByGrace = plan.KeptByGrace,
            Cached = plan.Cached,
            UnreadableManifests = content.UnreadableManifests,
            Segments = 0,
        };
    }

    private void Count(SweepResult result)
    {
        lock (gate)
        {
            foreach (var reason in Enum.GetValues<CollectionReason>())
            {
                removed[reason] = removed.GetValueOrDefault(reason).With(result.Of(reason));
            }
        }
    }

    private void LoadUsage()
    {
        if (!isLoaded)
        {
            usage.Load(LogClock.MinuteOf(time));
            isLoaded = true;
        }
    }
}
