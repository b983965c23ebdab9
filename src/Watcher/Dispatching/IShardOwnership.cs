using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Says which runs this process acts on; the others are only observed, so that it can take over.</summary>
internal interface IShardOwnership
{
    /// <summary>The term under which this process owns a run; null where another process does, or none.</summary>
    ShardTerm? TermOf(RunKey key);
}
