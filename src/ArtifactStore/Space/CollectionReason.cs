namespace Provenance.ArtifactStore.Space;

/// <summary>Why a blob is let go of.</summary>
public enum CollectionReason
{
    /// <summary>No repository and no cache holds it any more.</summary>
    Unreferenced,

    /// <summary>Its lifetime is over.</summary>
    Expired,

    /// <summary>The store is too full, and of what only caches hold it was used least recently.</summary>
    Evicted,
}
