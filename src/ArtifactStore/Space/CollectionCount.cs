namespace Provenance.ArtifactStore.Space;

/// <summary>A number of blobs.</summary>
/// <param name="Blobs">How many.</param>
/// <param name="Bytes">How many bytes they have together.</param>
public readonly record struct CollectionCount(long Blobs, long Bytes)
{
    /// <summary>The count with one blob more.</summary>
    public CollectionCount With(long size) => new(Blobs + 1, Bytes + size);

    /// <summary>Both counts together.</summary>
    public CollectionCount With(CollectionCount other) => new(Blobs + other.Blobs, Bytes + other.Bytes);
}
