namespace Provenance.Watcher.Kubernetes;

/// <summary>Why everything is named anew.</summary>
public enum ListCause
{
    /// <summary>The following began.</summary>
    Start,

    /// <summary>The server no longer knows the version from which the watch was to go on (410).</summary>
    Expired,

    /// <summary>A list or an initial stream broke off before it was complete, or a watch could not be resumed.</summary>
    Disconnected,

    /// <summary>The server does not stream lists (WatchList), so that pages are asked for.</summary>
    Fallback,
}
