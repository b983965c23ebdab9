using Provenance.Watcher.Dispatching;

namespace Provenance.Watcher.Observing;

/// <summary>Is told what happens to runs from the moment they are seen.</summary>
public interface IRunWatchObserver : IOutboxObserver
{
    /// <summary>A run was seen to be over for the first time.</summary>
    void Observed(string resource, bool isBacklog);

    /// <summary>An object cannot be read; the others go on.</summary>
    void Unreadable(string resource, string reason);

    /// <summary>Everything of a resource has been named.</summary>
    void ListCompleted(string resource)
    {
    }

    /// <summary>Runs were seen while they were going on and are gone: whether and how they ended was not seen.</summary>
    void Missed(string resource, int count);
}
