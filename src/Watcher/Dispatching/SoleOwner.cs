using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>For a process that is the only one: it owns every run.</summary>
internal sealed class SoleOwner : IShardOwnership
{
    private static readonly ShardTerm Always = new(0, CancellationToken.None);

    public ShardTerm? TermOf(RunKey key) => Always;
}
