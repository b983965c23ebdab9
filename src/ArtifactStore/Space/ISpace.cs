namespace Provenance.ArtifactStore.Space;

/// <summary>Keeps a store within its bounds: collects what nothing refers to, and makes caches smaller. Safe while the store is in use.</summary>
public interface ISpace
{
    /// <summary>What the store holds, and what was let go of since it was opened.</summary>
    SpaceFigures Figures { get; }

    /// <summary>Looks at everything once and lets go of what may go. One collection at a time; a second one waits.</summary>
    /// <param name="isDryRun">Only says what would go.</param>
    /// <param name="progress">Told how far it has come; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two blobs.</param>
    Task<CollectionReport> CollectAsync(bool isDryRun, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken);
}
