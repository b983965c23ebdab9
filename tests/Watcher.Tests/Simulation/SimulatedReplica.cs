using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Observing;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton;
using Provenance.Watcher.Tests.Journals;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A watcher and its disk: it can be killed and started again.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The disk is memory, and outlives the processes that crash.")]
internal sealed class SimulatedReplica(SimulatedWorld world, SimulatedCluster cluster, SimulatedRegistries registries, string name) : IRunWatchObserver
{
    private CrashingStorage disk = new();
    private int starts;

    public SimulatedProcess? Process { get; private set; }

    public RunLedger Ledger { get; private set; } = null!;

    public Outbox Outbox { get; private set; } = null!;

    public RunIntake Intake { get; private set; } = null!;

    public RunObserver Observer { get; private set; } = null!;

    public SimulatedSigning Signing { get; } = new(world);

    public bool IsDiskFull { get; set; }

    public bool BesideImages { get; set; } = true;

    public TimeSpan Skew { get; set; }

    public bool AttestUnsuccessful { get; init; }

    public Func<SimulatedProcess, IShardOwnership>? Ownership { get; init; }

    public Action<string, byte[]>? Handled { get; init; }

    /// <summary>What ended the following of a resource, which nothing should.</summary>
    public Exception? Failure { get; private set; }

    public List<DeliveryReport> Settlements { get; } = [];

    public List<DeliveryReport> DeadLetters { get; } = [];

    public int Unread { get; private set; }

    public int MissedRuns { get; private set; }

    public void Start()
    {
        var process = Process = new SimulatedProcess(world, $"{name}{++starts}") { Skew = Skew };
        disk.Flushing = () => world.DelayAsync(world.Between(0.0005, 0.02), process);
        disk.Accepting = length => IsDiskFull ? world.Chance.Next(0, length) : null;
        Ledger = RunLedger.Open(disk, new JournalOptions { ContinueInline = true, SegmentSize = 8_000 }, new LedgerOptions { CleaningThreshold = 24_000, TakenOverAtOnce = 1_000, StatementsInMemory = 4 }, process);
        IReadOnlyList<IRunKind> kinds = [new TaskRunKind(process), new PipelineRunKind(process)];
        var ownership = Ownership?.Invoke(process) ?? new SoleOwner();
        var destination = BesideImages ? new AttestationDestination { BesideImages = true } : new AttestationDestination { Repository = Reference.Parse("registry-a.example.com/attestations") };
        var publication = new RunPublication(Ledger, new AttestationPublisher(registries.For(process), Signing.For(process)), Signing.For(process), destination, ownership, [], process);
        Outbox = new Outbox(Ledger, publication, ownership, this, new OutboxOptions { Chance = world.Chance, Concurrency = 6 }, process);
        var options = new RunObserverOptions { Collect = new CollectOptions { AttestUnsuccessful = AttestUnsuccessful }, BuilderId = "https://sim.example.com" };
        Intake = new RunIntake(Ledger, Outbox, kinds, options, this, process);
        Observer = new RunObserver(Ledger, Intake, kinds, [], null, this, process);
        _ = Guard(RunAsync(process));
    }

    public void Kill()
    {
        Process!.Die();
        disk = disk.Crash(world.Chance);
    }

    void IOutboxObserver.Settled(DeliveryReport report, TimeSpan? sinceCompletion, bool isBacklog)
    {
        world.Tell($"{Process!.Name} settled {report.Run} {report.Outcome}");
        Settlements.Add(report);
    }

    void IOutboxObserver.PutAside(DeliveryReport report)
    {
        world.Tell($"{Process!.Name} put aside {report.Run} {report.Problems[^1].Message}");
        DeadLetters.Add(report);
    }

    void IOutboxObserver.Delayed(string run, string reason) => world.Tell($"{Process!.Name} delayed {run} {reason}");

    void IOutboxObserver.RegistryDown(string registry, string reason) => world.Tell($"{Process!.Name} leaves {registry} alone: {reason}");

    void IOutboxObserver.RegistryUp(string registry) => world.Tell($"{Process!.Name} has {registry} back");

    void IOutboxObserver.SigningDown(string service, string reason) => world.Tell($"{Process!.Name} leaves signing service {service} alone: {reason}");

    void IOutboxObserver.SigningUp(string service) => world.Tell($"{Process!.Name} has signing service {service} back");

    void IRunWatchObserver.Observed(string resource, bool isBacklog)
    {
    }

    void IRunWatchObserver.Unreadable(string resource, string reason)
    {
        world.Tell($"{Process!.Name} cannot read: {reason}");
        Unread++;
    }

    void IRunWatchObserver.Missed(string resource, int count) => MissedRuns += count;

    private async Task RunAsync(SimulatedProcess process)
    {
        await Intake.ResumeAsync(CancellationToken.None).ConfigureAwait(false);
        Outbox.Resume();
        var api = new SimulatedApi(world, cluster, process) { Handled = Handled };
        foreach (var resource in Observer.Resources)
        {
            _ = Guard(api.FollowAsync(resource, null, Observer, CancellationToken.None));
        }
    }

    private async Task Guard(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }
}
