using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Compacts the log of a store on disk.</summary>
internal sealed class DiskBlobCompaction(StoreLog log, TimeProvider time) : IBlobCompaction, IDisposable
{
    private readonly LogCompaction compaction = new(log, time);

    /// <inheritdoc/>
    public Task<int> CompactAsync(double deadShare, long bytesPerSecond, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deadShare);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        return compaction.RunAsync(deadShare, bytesPerSecond, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => compaction.Dispose();
}
