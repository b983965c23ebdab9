using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Observing;

/// <summary>Keeps runs from being deleted before they are journalled, by a finalizer of ours, and lets them go afterwards.</summary>
internal interface IRunGuard
{
    /// <summary>Whether runs that go on are to be held. Those that are held already are let go in any case.</summary>
    bool Holds { get; }

    /// <summary>Holds a run that is going on.</summary>
    void Hold(ObjectAddress run, string uid);

    /// <summary>Lets a run go.</summary>
    void Release(ObjectAddress run, string uid);

    /// <summary>Lets a run that is being deleted while it goes on go after a while, in case it ends meanwhile.</summary>
    void ReleaseLater(ObjectAddress run, string uid);
}
