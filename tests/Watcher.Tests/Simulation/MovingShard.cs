using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A shard that changes hands: a term ends by the clock before the next begins, and its holder is told, unless it is stopped.</summary>
internal sealed class MovingShard(SimulatedWorld world)
{
    private readonly Dictionary<int, Seat> seats = [];
    private readonly SimulatedWorld world = world;
    private TimeSpan endsAt;
    private long epoch;
    private int holder = -1;

    public IShardOwnership For(int replica, SimulatedProcess process)
    {
        Lose(replica);
        return seats[replica] = new Seat(this, replica, process);
    }

    /// <summary>Gives the shard to a replica; the holder before it has lost it by then.</summary>
    public void Give(int replica, TimeSpan duration)
    {
        (holder, endsAt, epoch) = (replica, world.Now + duration, epoch + 1);
        world.Tell($"the shard goes to replica {replica} for {duration.TotalSeconds:0} s");
        seats[replica].Begin(epoch, duration);
    }

    private void Lose(int replica)
    {
        if (holder == replica)
        {
            endsAt = world.Now;
        }
    }

    private sealed class Seat(MovingShard shard, int replica, SimulatedProcess process) : IShardOwnership
    {
        private ShardTerm? term;

        public ShardTerm? TermOf(RunKey key) => shard.holder == replica && shard.world.Now < shard.endsAt ? term : null;

        public void Begin(long epoch, TimeSpan duration)
        {
            var lost = new CancellationTokenSource();
            term = new ShardTerm(epoch, lost.Token);
            shard.world.After(duration, process, lost.Cancel);
        }
    }
}
