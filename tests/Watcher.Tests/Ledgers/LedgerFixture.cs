using System.Text;
using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Testing;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton;
using Provenance.Watcher.Tests.Simulation;

namespace Provenance.Watcher.Tests.Ledgers;

/// <summary>Runs and statements for ledgers on a disk in memory, and what can be read of a ledger.</summary>
internal static class LedgerFixture
{
    public static SkippingTime Time { get; } = new();

    public static LedgerOptions Small { get; } = new() { CleaningThreshold = 6_000, TakenOverAtOnce = 600, StatementsInMemory = 0 };

    public static RunLedger Open(IJournalStorage storage, LedgerOptions? options = null) =>
        RunLedger.Open(storage, new JournalOptions { ContinueInline = true, SegmentSize = 3_000 }, options ?? Small, Time);

    public static RunKey Key(string uid) => RunKey.Of(uid, null);

    public static FrozenStatement Statement(string uid)
    {
        var run = new SimulatedRun(uid);
        using var document = JsonDocument.Parse(run.Json("True", TimeSpan.Zero, isComplete: true).Replace("$VERSION", "1", StringComparison.Ordinal));
        return FrozenStatement.Of(new TaskRunKind(TimeProvider.System).Collect(new RunDocument(uid, document.RootElement), ChildRuns.None, CollectOptions.Default).Run!, "https://sim.example.com");
    }

    public static ObservedRun Run(string uid) => new() { Run = $"TaskRun sim/{uid}", InvocationId = uid, Uid = uid, FinishedOn = SimulatedWorld.Start };

    /// <summary>Takes a run to a state.</summary>
    public static LedgerEntry Take(RunLedger ledger, string uid, string state)
    {
        var entry = ledger.Observe(Key(uid), Run(uid), state is "observed" ? "{\"evidence\":1}"u8 : default, state is "observed" ? null : Statement(uid))!;
        if (state is "signed" or "pushed" or "settled" or "dead")
        {
            ledger.Sign(entry, Encoding.UTF8.GetBytes($"bundle of {uid}"));
        }

        if (state is "pushed" or "settled")
        {
            ledger.Push(entry, 0, $"registry.example.com/x@sha256:{new string('a', 64)}");
        }

        if (state is "settled")
        {
            ledger.Settle(entry, new SettledRun("attested", Time.GetUtcNow()));
        }

        if (state is "dead" or "retried")
        {
            ledger.PutAside(entry, new RunProblem(RunProblemCodes.PublishFailed, "because"));
        }

        if (state is "retried")
        {
            ledger.Retry(entry);
        }

        return entry;
    }

    /// <summary>Everything that a ledger knows of a run.</summary>
    public static string Describe(RunLedger ledger, string uid)
    {
        if (ledger.Find(Key(uid)) is not { } entry)
        {
            return ledger.IsSettled(Key(uid)) ? "settled" : "unknown";
        }

        return string.Join(
            '|',
            entry.State,
            ledger.RunOf(entry).Uid,
            entry.State is JournalState.Observed ? Encoding.UTF8.GetString(ledger.EvidenceOf(entry)) : ledger.StatementOf(entry).Digest,
            entry.State is JournalState.Signed ? Encoding.UTF8.GetString(ledger.BundleOf(entry).Span) : "",
            ledger.PushedTo(entry, 0),
            entry.DeadLetter?.Message,
            entry.FinishedOn);
    }
}
