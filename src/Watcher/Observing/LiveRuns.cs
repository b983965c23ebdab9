using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Observing;

/// <summary>The runs of one resource that are going on, and those named by a list under way. Not thread-safe.</summary>
internal sealed class LiveRuns
{
    private readonly HashSet<RunKey> live = [];
    private HashSet<RunKey>? named;

    public void ListStarted() => named = [];

    /// <summary>The list is complete.</summary>
    /// <returns>How many runs were going on and are not there any more.</returns>
    public int ListCompleted()
    {
        int missed = named is null ? 0 : live.RemoveWhere(key => !named.Contains(key));
        named = null;
        return missed;
    }

    public void Named(RunKey uid) => named?.Add(uid);

    public void GoesOn(RunKey uid) => live.Add(uid);

    /// <summary>A run is over or gone.</summary>
    /// <returns>Whether it was seen going on.</returns>
    public bool Ended(RunKey uid) => live.Remove(uid);
}
