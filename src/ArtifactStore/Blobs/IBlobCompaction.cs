namespace Provenance.ArtifactStore.Blobs;

/// <summary>Gives the room of deleted blobs and keys back to the disk, while the store is in use.</summary>
internal interface IBlobCompaction
{
    /// <summary>Rewrites files of which at least a share is deleted content, and returns how many files were removed.</summary>
    /// <param name="deadShare">The share, between 0 and 1.</param>
    /// <param name="bytesPerSecond">How many bytes are gone through in a second, at most.</param>
    /// <param name="cancellationToken">Stops early; nothing is lost.</param>
    Task<int> CompactAsync(double deadShare, long bytesPerSecond, CancellationToken cancellationToken);
}
