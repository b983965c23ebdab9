namespace Provenance.ArtifactStore.Blobs;

/// <summary>A run of bytes: where it begins and how many there are.</summary>
internal readonly record struct ByteRange(long Offset, long Count);
