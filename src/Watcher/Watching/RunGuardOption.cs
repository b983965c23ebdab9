namespace Provenance.Watcher.Watching;

/// <summary>Whether a finalizer keeps runs from being deleted before they are dealt with.</summary>
public enum RunGuardOption
{
    /// <summary>No: a watcher that is running misses no deletion, as the deletion itself brings the last state.</summary>
    None,

    /// <summary>Only where nobody else watches: this replica is the only one, and the run was seen going on.</summary>
    Auto,

    /// <summary>Every run that is seen going on.</summary>
    Finalizer,
}
