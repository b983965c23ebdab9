namespace Provenance.ArtifactStore.Blobs;

/// <summary>What a scrub has found.</summary>
/// <param name="Blobs">How many blobs were read.</param>
/// <param name="Bytes">How many bytes were read.</param>
/// <param name="Corrupted">The blobs that are corrupt, or were until they were healed.</param>
/// <param name="Unnamed">How many blobs cannot be read, and no more be named either.</param>
/// <param name="Removed">How many files were removed that belonged to no blob, as interrupted writes leave them.</param>
public sealed record ScrubReport(long Blobs, long Bytes, IReadOnlyList<CorruptBlob> Corrupted, int Unnamed, int Removed);
