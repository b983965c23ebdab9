namespace Provenance.ArtifactStore.Space;

/// <summary>What a store holds, and what it let go of since it was opened.</summary>
public sealed record SpaceFigures
{
    /// <summary>Blobs, manifests included.</summary>
    public long Blobs { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The bound of the bytes; null for none.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>Bytes of the log, in which small blobs and all keys are.</summary>
    public long LogBytes { get; init; }

    /// <summary>Those of them that still count.</summary>
    public long LiveLogBytes { get; init; }

    /// <summary>Uploads that are unfinished.</summary>
    public int Uploads { get; init; }

    /// <summary>Collections that came to their end.</summary>
    public long Collections { get; init; }

    /// <summary>When the last one began; null before the first.</summary>
    public DateTimeOffset? LastCollection { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan LastDuration { get; init; }

    /// <summary>Blobs, and their bytes, that went, by reason.</summary>
    public IReadOnlyDictionary<CollectionReason, CollectionCount> Removed { get; init; } = new Dictionary<CollectionReason, CollectionCount>();

    /// <summary>Writes that were refused for lack of room.</summary>
    public long Refusals { get; init; }
}
