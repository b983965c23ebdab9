using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>
/// Takes one run from its statement to the stored attestation, writing each step down before the next has an effect. It may be broken off
/// anywhere and begun again: what was signed is never signed again, and the same bytes are stored.
/// </summary>
internal sealed class RunPublication(
    RunLedger ledger,
    AttestationPublisher publisher,
    IBundleSigner signer,
    AttestationDestination destination,
    IShardOwnership ownership,
    IReadOnlyList<IRunFollowUp> followUps,
    TimeProvider time) : IRunPublication
{
    public IReadOnlyList<string> RegistriesOf(FrozenStatement statement) =>
        [.. statement.Subjects.Select(s => destination.For(s)?.Registry).OfType<string>().Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> SigningServicesOf(LedgerEntry entry, ShardTerm term) => entry.State is JournalState.Signed && !MayBePublished(entry, term) ? [] : signer.Services;

    public async Task<PublicationResult> PublishAsync(LedgerEntry entry, FrozenStatement statement, ShardTerm term, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        bool isSigned = entry.State is JournalState.Signed;
        var placements = await publisher.PlaceAsync(statement, destination, MayBePublished(entry, term), cancellationToken).ConfigureAwait(false);
        bool wasAttested = !isSigned && placements.All(static p => p.Earlier is not null);
        var bundle = isSigned ? ledger.BundleOf(entry) : await SignAsync(entry, statement, placements, term, cancellationToken).ConfigureAwait(false);
        var subjects = new List<AttestedSubject>(placements.Count);
        for (int i = 0; i < placements.Count; i++)
        {
            subjects.Add(await PublishAsync(entry, statement, placements[i], i, bundle, term, cancellationToken).ConfigureAwait(false));
        }

        var run = ledger.RunOf(entry);
        List<RunProblem> problems = [.. run.Problems, .. placements.Select(static p => p.PassedOver).OfType<RunProblem>()];
        var unplaced = placements.Select(static p => p.Problem).OfType<RunProblem>().ToList();
        if (unplaced.Count is 0)
        {
            foreach (var followUp in followUps)
            {
                if (await followUp.FollowUpAsync(run, statement, subjects, cancellationToken).ConfigureAwait(false) is { } problem)
                {
                    problems.Add(problem);
                }
            }
        }

        var report = new DeliveryReport
        {
            Run = entry.Run,
            Key = run.InvocationId,
            RunOutcome = new RunOutcome(run.State, run.Reason),
            Outcome = unplaced.Count > 0 ? DeliveryOutcome.Failed : wasAttested ? DeliveryOutcome.AlreadyAttested : DeliveryOutcome.Attested,
            Subjects = subjects,
            Bundle = unplaced.Count == placements.Count ? null : Digest.Of(bundle.Span),
            Problems = [.. problems, .. unplaced],
            Elapsed = time.GetElapsedTime(started),
        };
        return unplaced.Count > 0
            ? new PublicationResult { Report = report, PutAsideFor = unplaced[^1] }
            : new PublicationResult
            {
                Report = report,
                Settled = new SettledRun(wasAttested ? "alreadyAttested" : "attested", time.GetUtcNow())
                {
                    Attestations = [.. subjects.Select(static s => s.Attestation?.ToString()).OfType<string>()],
                    Problems = problems,
                },
            };
    }

    public DeliveryReport Report(LedgerEntry entry, RunProblem reason)
    {
        var run = ledger.RunOf(entry);
        return new DeliveryReport
        {
            Run = entry.Run,
            Key = run.InvocationId,
            RunOutcome = new RunOutcome(run.State, run.Reason),
            Outcome = DeliveryOutcome.Failed,
            Problems = [.. run.Problems, reason],
        };
    }

    // Only within the term of the signing is it certain that no other process has published the statement meanwhile.
    private static bool MayBePublished(LedgerEntry entry, ShardTerm term) => entry.State is not JournalState.Signed || entry.SignedIn != term.Epoch;

    /// <summary>Signs, unless the statement was signed and stored before; either way the bytes are kept before anything is stored.</summary>
    private async Task<ReadOnlyMemory<byte>> SignAsync(LedgerEntry entry, FrozenStatement statement, IReadOnlyList<SubjectPlacement> placements, ShardTerm term, CancellationToken cancellationToken)
    {
        var bundle = placements.Select(static p => p.Earlier?.Bundle).FirstOrDefault(static b => b is not null)
            ?? await signer.SignAsync(statement.Bytes, cancellationToken).ConfigureAwait(false);
        if (placements.All(static p => p.Earlier is not null || p.Problem is not null))
        {
            return bundle;
        }

        ledger.Sign(entry, bundle.Span);
        entry.SignedIn = term.Epoch;
        await ledger.CommitAsync(entry, cancellationToken).ConfigureAwait(false);
        return bundle;
    }

    private async Task<AttestedSubject> PublishAsync(
        LedgerEntry entry,
        FrozenStatement statement,
        SubjectPlacement placement,
        int index,
        ReadOnlyMemory<byte> bundle,
        ShardTerm term,
        CancellationToken cancellationToken)
    {
        if (ledger.PushedTo(entry, index) is { } stored)
        {
            return new AttestedSubject { Name = placement.Name, Digest = placement.Digest, Attestation = Reference.Parse(stored) };
        }

        if (placement is { Repository: not null, Earlier: null })
        {
            await publisher.StoreAsync(placement, bundle, cancellationToken).ConfigureAwait(false);

            // Another process may have begun its term while this one was asleep: nothing must lie between this look and the request.
            if (ownership.TermOf(entry.Key)?.Epoch != term.Epoch)
            {
                throw new OperationCanceledException(term.Lost);
            }
        }

        var subject = await publisher.ReferAsync(statement, placement, bundle, cancellationToken).ConfigureAwait(false);
        if (subject.Attestation is { } attestation && placement.Earlier is null)
        {
            ledger.Push(entry, index, attestation.ToString());
        }

        return subject;
    }
}
