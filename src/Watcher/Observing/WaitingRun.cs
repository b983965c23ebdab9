using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>A run that is over and waits for children that it names.</summary>
internal sealed class WaitingRun(LedgerEntry entry, IRunKind kind, string uid)
{
    public LedgerEntry Entry { get; } = entry;

    public IRunKind Kind { get; } = kind;

    public string Uid { get; } = uid;

    /// <summary>The UIDs whose children it reads: its own, and those of its descendants that may have some.</summary>
    public HashSet<string> Line { get; } = new(StringComparer.Ordinal) { uid };
}
