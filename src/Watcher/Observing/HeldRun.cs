using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>A run as it was seen.</summary>
internal sealed record HeldRun(RunKey Key, IRunKind Kind, ServedResource Resource, byte[] Evidence, Sighting Sighting);
