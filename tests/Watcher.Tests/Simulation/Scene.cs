using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>One watcher and what is around it, for a story that a test tells itself. On a thread without a context, so that it can be repeated.</summary>
internal sealed class Scene
{
    private Scene(int seed, bool attestUnsuccessful)
    {
        World = new SimulatedWorld(seed);
        Cluster = new SimulatedCluster(World);
        Registries = new SimulatedRegistries(World);
        Watcher = new SimulatedReplica(World, Cluster, Registries, "watcher") { AttestUnsuccessful = attestUnsuccessful };
    }

    public SimulatedWorld World { get; }

    public SimulatedCluster Cluster { get; }

    public SimulatedRegistries Registries { get; }

    public SimulatedReplica Watcher { get; }

    public static void Play(Action<Scene> story, int seed = 1, bool attestUnsuccessful = false)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    story(new Scene(seed, attestUnsuccessful));
                }
                catch (Exception e)
                {
                    failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
                }
            },
            64 * 1024 * 1024);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    public void Pass(double seconds) => World.RunUntil(World.Now + TimeSpan.FromSeconds(seconds));

    public void Put(SimulatedRun run, string condition, bool isComplete) => Cluster.Put(run.Plural, run.Uid, run.Json(condition, World.Now, isComplete));

    public SimulatedRun Finished(string uid, string? image = null)
    {
        var run = new SimulatedRun(uid) { Images = [image ?? "registry-a.example.com/sim/app"] };
        Put(run, "True", isComplete: true);
        return run;
    }

    public int StatementsOf(string uid) => StoredStatements.Of(Registries).Of(uid).Count;

    public bool IsSettled(string uid) => Watcher.Ledger.IsSettled(RunKey.Of(uid, null));

    public int AttemptsBetween(string registry, TimeSpan from, TimeSpan to) => Registries.Attempts.GetValueOrDefault(registry, []).Count(a => a >= from && a < to);
}
