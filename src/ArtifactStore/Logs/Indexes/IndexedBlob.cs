namespace Provenance.ArtifactStore.Logs.Indexes;

/// <summary>An entry of a <see cref="BlobIndex"/>.</summary>
/// <param name="Key">Which blob.</param>
/// <param name="Place">Where it is.</param>
/// <param name="LastUsed">When it was last written or opened, in minutes since 1970; 0 when that is not known.</param>
/// <param name="IsCorrupt">Whether its bytes were found not to hash to its name.</param>
internal readonly record struct IndexedBlob(BlobKey Key, BlobPlace Place, uint LastUsed, bool IsCorrupt);
