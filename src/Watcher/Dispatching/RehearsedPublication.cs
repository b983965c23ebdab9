using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Says what would be attested, and does nothing.</summary>
internal sealed class RehearsedPublication(RunLedger ledger, AttestationDestination destination) : IRunPublication
{
    public IReadOnlyList<string> RegistriesOf(FrozenStatement statement) => [];

    public IReadOnlyList<string> SigningServicesOf(LedgerEntry entry, ShardTerm term) => [];

    public Task<PublicationResult> PublishAsync(LedgerEntry entry, FrozenStatement statement, ShardTerm term, CancellationToken cancellationToken) => Task.FromResult(new PublicationResult
    {
        Report = Describe(entry) with
        {
            Outcome = DeliveryOutcome.WouldAttest,
            Subjects = [.. statement.Subjects.Select(s => new AttestedSubject { Name = s.Name!, Digest = s.Digest!.ContentDigest!, Attestation = destination.For(s) })],
        },
        Settled = new SettledRun("rehearsed", DateTimeOffset.UnixEpoch),
    });

    public DeliveryReport Report(LedgerEntry entry, RunProblem reason)
    {
        var report = Describe(entry);
        return report with { Problems = [.. report.Problems, reason] };
    }

    private DeliveryReport Describe(LedgerEntry entry)
    {
        var run = ledger.RunOf(entry);
        return new DeliveryReport
        {
            Run = entry.Run,
            Key = run.InvocationId,
            RunOutcome = new RunOutcome(run.State, run.Reason),
            Outcome = DeliveryOutcome.Failed,
            Problems = run.Problems,
        };
    }
}
