namespace Provenance.ArtifactStore.Space;

/// <summary>What a collection removed or, as a dry run, would remove.</summary>
public sealed record CollectionReport
{
    /// <summary>Whether nothing was removed.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset BegunOn { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Blobs that nothing held.</summary>
    public required CollectionCount Unreferenced { get; init; }

    /// <summary>Blobs whose lifetime was over.</summary>
    public required CollectionCount Expired { get; init; }

    /// <summary>Blobs that had to make room.</summary>
    public required CollectionCount Evicted { get; init; }

    /// <summary>Manifests whose lifetime was over, removed with their tags.</summary>
    public required long Manifests { get; init; }

    /// <summary>Keys of caches that were removed.</summary>
    public required long Keys { get; init; }

    /// <summary>Links from repositories to blobs that none of their manifests names.</summary>
    public required long Links { get; init; }

    /// <summary>What manifests need: it never goes.</summary>
    public required CollectionCount Pinned { get; init; }

    /// <summary>What was used too recently to be looked at.</summary>
    public required CollectionCount KeptByGrace { get; init; }

    /// <summary>Everything else that stays: what caches hold.</summary>
    public required CollectionCount Cached { get; init; }

    /// <summary>Manifests that could not be read: everything their repositories hold stays.</summary>
    public required long UnreadableManifests { get; init; }

    /// <summary>Files of the log that were given back.</summary>
    public required int Segments { get; init; }

    /// <summary>Bytes of blobs that were removed.</summary>
    public long FreedBytes => Unreferenced.Bytes + Expired.Bytes + Evicted.Bytes;

    /// <summary>The blobs that went for a reason.</summary>
    public CollectionCount Of(CollectionReason reason) => reason switch
    {
        CollectionReason.Unreferenced => Unreferenced,
        CollectionReason.Expired => Expired,
        _ => Evicted,
    };
}
