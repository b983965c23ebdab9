namespace Provenance.ArtifactStore.Logs.Indexes;

/// <summary>Where a blob is.</summary>
/// <param name="Segment">The number of the segment that has its record.</param>
/// <param name="Offset">Where in the segment the payload begins, or would begin if the blob had no file of its own.</param>
/// <param name="Size">The size of the blob in bytes.</param>
/// <param name="IsFile">Whether the blob is a file of its own.</param>
internal readonly record struct BlobPlace(int Segment, uint Offset, long Size, bool IsFile);
