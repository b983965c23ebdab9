using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Observing;

/// <summary>The runs of one resource that are going on, and what a list under way and the changes beside it told. Not thread-safe.</summary>
internal sealed class LiveRuns
{
    private readonly HashSet<RunKey> live = [];
    private HashSet<RunKey>? named;
    private HashSet<RunKey>? changed;

    public void ListStarted() => (named, changed) = ([], []);

    /// <summary>The list is complete.</summary>
    /// <returns>How many runs were going on and are not there any more.</returns>
    public int ListCompleted()
    {
        int missed = named is null ? 0 : live.RemoveWhere(key => !named.Contains(key));
        (named, changed) = (null, null);
        return missed;
    }

    /// <summary>An object was named, by a list or by a change.</summary>
    /// <returns>Whether that is news: an object of a list that was changed or deleted since the list began is not.</returns>
    public bool Named(RunKey uid, bool isListed)
    {
        named?.Add(uid);
        if (isListed)
        {
            return changed is null || !changed.Contains(uid);
        }

        changed?.Add(uid);
        return true;
    }

    public void GoesOn(RunKey uid) => live.Add(uid);

    /// <summary>A run is over or gone.</summary>
    /// <returns>Whether it was seen going on.</returns>
    public bool Ended(RunKey uid) => live.Remove(uid);
}
