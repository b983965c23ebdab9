using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Space;

/// <summary>The space of a store on disk.</summary>
internal sealed class StoreSpace(StoreLog log, DiskBlobUploads uploads, SpaceCollector collector, SpaceGuard guard, SpaceOptions options) : ISpace
{
    /// <inheritdoc/>
    public SpaceFigures Figures
    {
        get
        {
            var segments = log.Segments;
            return collector.Figures with
            {
                Blobs = log.BlobCount,
                Bytes = log.BlobBytes,
                MaximumBytes = options.MaximumBytes,
                LogBytes = segments.Sum(static segment => segment.End),
                LiveLogBytes = segments.Sum(static segment => segment.Live),
                Uploads = uploads.Count,
                Refusals = guard.Refusals,
            };
        }
    }

    /// <inheritdoc/>
    public Task<CollectionReport> CollectAsync(bool isDryRun, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken) =>
        collector.CollectAsync(isDryRun, progress, cancellationToken);
}
