using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Observing;

/// <summary>A run whose finalizer there is something to do about.</summary>
internal sealed record GuardedRun(ObjectAddress Address, string Uid, bool IsOver, bool IsHeld);
