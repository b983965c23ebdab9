namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>The types of the events of a watch.</summary>
internal enum WatchEventKind
{
    None,
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened up to this version.</summary>
    Bookmark,

    /// <summary>The watch ends; the object is a Status.</summary>
    Error,
}
