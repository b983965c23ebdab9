namespace Provenance.ArtifactStore.Blobs;

/// <summary>How far a scrub has come.</summary>
/// <param name="Blobs">How many blobs were read.</param>
/// <param name="Total">How many there were at the beginning.</param>
/// <param name="Bytes">How many bytes were read.</param>
/// <param name="Corrupted">How many blobs were found corrupt.</param>
public sealed record ScrubProgress(long Blobs, long Total, long Bytes, int Corrupted);
