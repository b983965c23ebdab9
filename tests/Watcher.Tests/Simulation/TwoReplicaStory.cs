namespace Provenance.Watcher.Tests.Simulation;

/// <summary>Two watchers, each with a disk of its own, and a shard that goes to and fro between them while they are killed and stopped.</summary>
internal sealed class TwoReplicaStory
{
    private const double Margin = 5;

    private static readonly TimeSpan FaultsEnd = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan End = TimeSpan.FromMinutes(30);

    private readonly SimulatedWorld world;
    private readonly SimulatedCluster cluster;
    private readonly SimulatedRegistries registries;
    private readonly MovingShard shard;
    private readonly SimulatedReplica[] replicas;
    private readonly List<SimulatedRun> runs = [];
    private int last;

    public TwoReplicaStory(int seed)
    {
        world = new SimulatedWorld(seed);
        cluster = new SimulatedCluster(world) { Unrest = world.Percent(50) ? world.Chance.Next(0, 20) : 0 };
        registries = new SimulatedRegistries(world);
        shard = new MovingShard(world);
        replicas = [.. Enumerable.Range(0, 2).Select(i => new SimulatedReplica(world, cluster, registries, $"replica{i}-") { Ownership = p => shard.For(i, p) })];
    }

    public string Tell()
    {
        for (int i = world.Chance.Next(1, 12); i > 0; i--)
        {
            world.After(world.Between(0, 400), null, Begin);
        }

        for (int i = world.Chance.Next(0, 5); i > 0; i--)
        {
            world.After(world.Between(0, 500), null, Fault);
        }

        foreach (var replica in replicas)
        {
            replica.Start();
        }

        Move();
        world.RunUntil(FaultsEnd);
        registries.MendAll();
        world.RunUntil(End);
        string problems = string.Join(Environment.NewLine, Problems());
        return problems.Length is 0 ? "" : $"{problems}{Environment.NewLine}{world.TraceOf(problems)}";
    }

    private void Begin()
    {
        var run = new SimulatedRun($"tr-{runs.Count}")
        {
            Images = world.Percent(30) ? ["registry-a.example.com/sim/one", "registry-b.example.com/sim/two"] : ["registry-a.example.com/sim/app"],
        };
        runs.Add(run);
        run.OverAt = world.Now;
        cluster.Put(run.Plural, run.Uid, run.Json("True", world.Now, isComplete: true));
        if (world.Percent(30))
        {
            world.After(world.Between(3, 60), null, () => cluster.Delete(run.Plural, run.Uid));
        }
    }

    private void Move()
    {
        int next = world.Chance.Next(2);
        next = world.Now < FaultsEnd ? next : ++last % 2;
        var duration = world.Now < FaultsEnd ? world.Between(0.2, 60) : TimeSpan.FromMinutes(4);
        if (!replicas[next].Process!.IsDead)
        {
            var owned = replicas[next];
            shard.Give(next, duration);
            world.After(world.Between(0, 0.5), owned.Process, owned.Outbox.OwnershipChanged);
            if (world.Now < FaultsEnd && world.Percent(30))
            {
                // The holder falls asleep within its term, perhaps with a request under way, and wakes in somebody else's.
                world.After(duration * world.Chance.NextDouble(), null, () => owned.Process!.Pause(duration + world.Between(0, 60)));
            }
        }

        if (world.Now < End)
        {
            // What was sent within a term has arrived before the next begins: that is what the lease's margin is for.
            world.After(duration + TimeSpan.FromSeconds(Margin), null, Move);
        }
    }

    private void Fault()
    {
        if (world.Percent(50))
        {
            var replica = replicas[world.Chance.Next(2)];
            if (!replica.Process!.IsDead)
            {
                replica.Kill();
                world.After(world.Between(1, 30), null, replica.Start);
            }
        }
        else
        {
            registries.Set("registry-a.example.com", (RegistryFault)world.Chance.Next(1, (int)RegistryFault.Flapping + 1));
            world.After(world.Between(1, 100), null, () => registries.Set("registry-a.example.com", RegistryFault.None));
        }
    }

    private IEnumerable<string> Problems()
    {
        var stored = StoredStatements.Of(registries);
        foreach (var run in runs)
        {
            var found = stored.Of(run.Uid);
            if (found.Count != run.Images.Count || found.DistinctBy(static f => f.Statement).Count() > 1)
            {
                // With both killed at once a run that was deleted meanwhile may be lost; one that exists never is.
                if (found.Count > 0 || cluster.Of(run.Plural).Objects.ContainsKey(run.Uid))
                {
                    yield return $"{run.Uid} has {found.Count} manifests for {run.Images.Count} subjects";
                }
            }
        }

        foreach (var replica in replicas.Where(static r => r.Failure is not null))
        {
            yield return replica.Failure!.ToString();
        }
    }
}
