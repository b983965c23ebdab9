namespace Provenance.Watcher.Kubernetes;

/// <summary>Why a handler is told of an object.</summary>
public enum ObjectChange
{
    /// <summary>It was there when the listing began; or it was named again by a new listing.</summary>
    Listed,

    /// <summary>It was made, or began to match the selector.</summary>
    Added,

    /// <summary>It was changed.</summary>
    Modified,

    /// <summary>It was deleted, or stopped matching the selector; the JSON is its last state.</summary>
    Deleted,
}
