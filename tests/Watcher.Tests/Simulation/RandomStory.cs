using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>What happens in a world with one watcher, as a seed decides: runs, children, pruning, restarts, and every kind of fault.</summary>
internal sealed class RandomStory
{
    private static readonly TimeSpan FaultsEnd = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan End = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(10);

    private readonly SimulatedWorld world;
    private readonly SimulatedCluster cluster;
    private readonly SimulatedRegistries registries;
    private readonly SimulatedReplica replica;
    private readonly Dictionary<string, SimulatedRun> runs = [];
    private readonly HashSet<string> mayBeLost = [];
    private readonly List<(string Registry, TimeSpan From, TimeSpan To)> outages = [];
    private readonly List<TimeSpan> starts = [];
    private readonly Dictionary<string, int> faults = [];
    private TimeSpan troubledUntil;

    public RandomStory(int seed)
    {
        world = new SimulatedWorld(seed);
        cluster = new SimulatedCluster(world) { Unrest = world.Percent(70) ? world.Chance.Next(0, 25) : 0 };
        registries = new SimulatedRegistries(world);
        replica = new SimulatedReplica(world, cluster, registries, "watcher") { Handled = Note, Skew = world.Percent(10) ? TimeSpan.FromHours(world.Chance.Next(-1, 2)) : TimeSpan.Zero };
    }

    /// <summary>Lets the story happen.</summary>
    /// <returns>What is wrong at its end, with the last lines of the trace; empty where nothing is.</returns>
    public string Tell()
    {
        for (int i = world.Chance.Next(1, 9); i > 0; i--)
        {
            At(world.Percent(30) ? TimeSpan.Zero : world.Between(0, 900), world.Percent(35) ? Pipeline : () => Task(null, world.Between(1, 120)));
        }

        for (int i = world.Chance.Next(0, 7); i > 0; i--)
        {
            At(world.Between(0, 1000), Fault);
        }

        At(FaultsEnd, Mend);
        replica.Start();
        world.RunUntil(End);
        string problems = string.Join(Environment.NewLine, Problems());
        return problems.Length is 0 ? "" : $"{problems}{Environment.NewLine}{world.TraceOf(problems)}";
    }

    private void At(TimeSpan time, Action action) => world.After(time - world.Now, null, action);

    private SimulatedRun New(SimulatedRun? owner, bool isPipeline)
    {
        var run = new SimulatedRun($"{(isPipeline ? "pr" : "tr")}-{runs.Count}", owner) { IsPipeline = isPipeline };
        runs[run.Uid] = run;
        return run;
    }

    private SimulatedRun Task(SimulatedRun? owner, TimeSpan duration)
    {
        var run = New(owner, isPipeline: false);
        run.Images = world.Chance.Next(8) switch
        {
            0 => [],
            1 => ["registry-a.example.com/sim/one", "registry-b.example.com/sim/two"],
            2 => ["registry-b.example.com/sim/two", "registry-a.example.com/sim/one"],
            3 when owner is null => [world.Percent(50) ? "registry-a.example.com/sim/denied" : "registry-a.example.com/sim/absent"],
            _ => [world.Percent(50) ? "registry-a.example.com/sim/app" : "registry-b.example.com/sim/app"],
        };
        Put(run, "Unknown", false);
        if (world.Percent(15) && duration > TimeSpan.FromSeconds(2))
        {
            // A try that failed and is retried.
            world.After(duration / 2, null, () => Put(run, "False", false));
            world.After((duration / 2) + TimeSpan.FromSeconds(Math.Min(20, duration.TotalSeconds / 4)), null, () => Put(run, "Unknown", false));
            cluster.Unrest = 0;
        }

        world.After(duration, null, () => Finish(run));
        return run;
    }

    private void Pipeline()
    {
        var pipeline = New(null, isPipeline: true);
        Put(pipeline, "Unknown", false);
        var longest = TimeSpan.Zero;
        var children = new List<SimulatedRun>();
        for (int i = world.Chance.Next(1, 4); i > 0; i--)
        {
            var duration = world.Between(1, 60);
            longest = duration > longest ? duration : longest;
            children.Add(Task(pipeline, duration));
        }

        pipeline.Children = children;
        world.After(longest + world.Between(0, 3), null, () => Finish(pipeline));
    }

    private void Finish(SimulatedRun run)
    {
        run.HasFailed = !run.IsPipeline && run.Owner is null && world.Percent(15);
        Put(run, run.HasFailed ? "False" : "True", true);
        run.OverAt = world.Now;
        if (world.Percent(40))
        {
            world.After(world.Percent(50) ? TimeSpan.Zero : world.Between(0, 400), null, () =>
            {
                run.Exists = false;
                cluster.Delete(run.Plural, run.Uid);
            });
        }
    }

    private void Put(SimulatedRun run, string condition, bool isComplete)
    {
        run.Exists = true;
        cluster.Put(run.Plural, run.Uid, run.Json(condition, world.Now, isComplete));
    }

    private void Note(string uid, byte[] json)
    {
        var run = runs[uid];
        if (run.OverAt is not null && json.AsSpan().IndexOf("completionTime"u8) > 0)
        {
            run.HandledAt ??= world.Now;
        }
    }

    private void Fault()
    {
        if (world.Now > FaultsEnd - TimeSpan.FromMinutes(3))
        {
            return;
        }

        switch (world.Chance.Next(6))
        {
            case 0 or 1:
                Crash();
                break;
            case 2:
                replica.IsDiskFull = true;
                troubledUntil = TimeSpan.MaxValue;
                world.Tell("the disk is full");
                world.After(world.Between(0.1, 60), null, () =>
                {
                    replica.IsDiskFull = false;
                    troubledUntil = world.Now + DurableWithin;
                    world.Tell("the disk has room");
                });
                break;
            case 3 when cluster.Unrest > 0:
                cluster.IsDown = true;
                world.Tell("the API server is down");
                world.After(world.Between(1, 120), null, () => cluster.IsDown = false);
                break;
            default:
                string registry = world.Percent(50) ? "registry-a.example.com" : "registry-b.example.com";
                var fault = (RegistryFault)world.Chance.Next(1, (int)RegistryFault.Flapping + 1);
                registries.Set(registry, fault);
                var from = world.Now;
                int number = faults[registry] = faults.GetValueOrDefault(registry) + 1;
                world.After(world.Between(1, 600), null, () =>
                {
                    if (faults[registry] != number)
                    {
                        return;
                    }

                    registries.Set(registry, RegistryFault.None);
                    if (fault is RegistryFault.Refused or RegistryFault.Unavailable)
                    {
                        outages.Add((registry, from, world.Now < FaultsEnd ? world.Now : FaultsEnd));
                    }
                });
                break;
        }
    }

    private void Crash()
    {
        replica.Kill();
        foreach (var run in runs.Values)
        {
            bool isDurable = run.HandledAt is { } at && at + DurableWithin < world.Now && world.Now > troubledUntil;
            if (!isDurable && run.OverAt is not null)
            {
                mayBeLost.Add(run.Uid);
            }
        }

        world.After(world.Between(0, 60), null, () =>
        {
            if (replica.Process!.IsDead)
            {
                starts.Add(world.Now);
                replica.Start();
            }
        });
    }

    private void Mend()
    {
        registries.MendAll();
        replica.IsDiskFull = false;
        cluster.IsDown = false;
        if (replica.Process!.IsDead)
        {
            replica.Start();
        }
    }

    private IEnumerable<string> Problems()
    {
        if (replica.Failure is { } failure)
        {
            yield return $"something that must not end has ended: {failure}";
        }

        var stored = StoredStatements.Of(registries);
        foreach (var run in runs.Values)
        {
            foreach (string problem in Expectations.Check(run, stored, replica, IsCertain(run)))
            {
                yield return problem;
            }
        }

        foreach (string uid in stored.Runs.Where(uid => runs[uid].OverAt is null || runs[uid].HasFailed))
        {
            yield return $"{uid} has a statement and must have none";
        }

        foreach (var entry in replica.Ledger.OpenEntries.Where(static e => e.DeadLetter is null))
        {
            yield return $"{entry.Run} is open as {entry.State} after {entry.Attempts} attempts: {entry.LastFailure}";
        }

        if (replica.Intake.Count > 0 || replica.Outbox.Depth > 0 || replica.Unread > 0)
        {
            yield return $"{replica.Intake.Count} held, {replica.Outbox.Depth} queued, {replica.Unread} unreadable";
        }

        foreach (string problem in Expectations.CheckAttempts(registries, outages, starts))
        {
            yield return problem;
        }
    }

    /// <summary>Whether the run was over while it existed for us to see, or was seen.</summary>
    private bool IsCertain(SimulatedRun run) => run.OverAt is not null && (run.Exists || (run.HandledAt is not null && !mayBeLost.Contains(run.Uid)));
}
