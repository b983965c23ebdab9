namespace Provenance.ArtifactStore.Blobs;

/// <summary>How much a blob store takes in.</summary>
/// <param name="MaximumBlobSize">The largest blob in bytes.</param>
/// <param name="MaximumUploads">How many unfinished uploads may exist at a time.</param>
/// <param name="UploadLifetime">How long an upload may rest between two pieces.</param>
internal sealed record BlobLimits(long MaximumBlobSize, int MaximumUploads, TimeSpan UploadLifetime);
