using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>
/// Writes the statement about a completed run, signs it and stores it with every subject. A run that was attested before, by the same
/// key and with the same statement, is found and left as it is; one that was stored with some subjects only is completed with the same
/// signed bytes.
/// </summary>
/// <param name="Run">The run.</param>
public sealed record AttestRun(CompletedRun Run) : IRequest<AttestedRun>;

/// <summary>The steps in their order: statement, look for an earlier attestation, sign, store.</summary>
internal sealed class AttestRunHandler(AttestorOptions options, ISigner signer, AttestationPublisher publisher) : IRequestHandler<AttestRun, AttestedRun>
{
    /// <exception cref="RegistryException">A registry refused or is away; nothing is lost, the same request may be made again.</exception>
    public async Task<AttestedRun> Handle(AttestRun request, CancellationToken cancellationToken)
    {
        var run = request.Run;
        var subjects = RunStatement.Subjects(run);
        byte[] statement = RunStatement.Write(run, options.BuilderId);
        var statementDigest = Digest.Of(statement);
        if (options.Destination is not { } destination)
        {
            byte[] signed = await BundleWriter.SignAsync(statement, signer, cancellationToken).ConfigureAwait(false);
            return Result([.. subjects.Select(static s => new AttestedSubject { Name = s.Name!, Digest = s.Digest!.ContentDigest! })], signed, alreadyAttested: false, []);
        }

        var placements = await publisher.PlaceAsync(run, subjects, destination, statement, cancellationToken).ConfigureAwait(false);
        byte[]? earlier = placements.Select(static p => p.Earlier?.Bundle).FirstOrDefault(static b => b is not null);
        bool complete = placements.Count > 0 && placements.All(static p => p.Earlier is not null || p.Problem is not null);
        byte[] bundle = earlier ?? await BundleWriter.SignAsync(statement, signer, cancellationToken).ConfigureAwait(false);
        var attested = new List<AttestedSubject>(placements.Count);
        foreach (var placement in placements)
        {
            attested.Add(await publisher.PublishAsync(placement, bundle, statementDigest, run.FinishedOn, cancellationToken).ConfigureAwait(false));
        }

        return Result(attested, bundle, alreadyAttested: complete && earlier is not null, [.. placements.Select(static p => p.Problem).OfType<RunProblem>()]);

        AttestedRun Result(IReadOnlyList<AttestedSubject> stored, byte[] signed, bool alreadyAttested, IReadOnlyList<RunProblem> problems) => new()
        {
            Statement = statementDigest,
            Bundle = signed,
            BundleDigest = Digest.Of(signed),
            Subjects = stored,
            AlreadyAttested = alreadyAttested,
            Problems = problems,
        };
    }
}
