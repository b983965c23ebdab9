using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;

namespace Provenance.Attestor.Attesting;

/// <summary>
/// Writes the statement about a completed run, signs it and stores it with every subject. A run that was attested before, by the same
/// key and with the same statement, is found and left as it is; one that was stored with some subjects only is completed with the same
/// signed bytes.
/// </summary>
/// <param name="Run">The run.</param>
public sealed record AttestRun(CompletedRun Run) : IRequest<AttestedRun>;

/// <summary>The steps in their order: statement, look for an earlier attestation, sign, store.</summary>
internal sealed class AttestRunHandler(AttestorOptions options, IBundleSigner signer, AttestationPublisher publisher) : IRequestHandler<AttestRun, AttestedRun>
{
    /// <exception cref="RegistryException">A registry refused or is away; nothing is lost, the same request may be made again.</exception>
    /// <exception cref="Signing.SigningServiceException">A service that signing needs refused or is away; the same holds.</exception>
    public async Task<AttestedRun> Handle(AttestRun request, CancellationToken cancellationToken)
    {
        var statement = FrozenStatement.Of(request.Run, options.BuilderId);
        if (options.Destination is not { } destination)
        {
            byte[] signed = await signer.SignAsync(statement.Bytes, cancellationToken).ConfigureAwait(false);
            return Result([.. statement.Subjects.Select(static s => new AttestedSubject { Name = s.Name!, Digest = s.Digest!.ContentDigest! })], signed, alreadyAttested: false, [], []);
        }

        var placements = await publisher.PlaceAsync(statement, destination, lookForEarlier: true, cancellationToken).ConfigureAwait(false);
        var earlier = placements.Select(static p => p.Earlier).FirstOrDefault(static e => e is not null);
        bool complete = placements.Count > 0 && placements.All(static p => p.Earlier is not null || p.Problem is not null);
        var bundle = earlier?.Bundle ?? await signer.SignAsync(statement.Bytes, cancellationToken).ConfigureAwait(false);
        var attested = new List<AttestedSubject>(placements.Count);
        foreach (var placement in placements)
        {
            attested.Add(await publisher.PublishAsync(statement, placement, bundle, cancellationToken).ConfigureAwait(false));
        }

        return Result(attested, bundle, alreadyAttested: complete && earlier is not null, placements.Select(static p => p.Problem), placements.Select(static p => p.PassedOver));

        AttestedRun Result(IReadOnlyList<AttestedSubject> stored, ReadOnlyMemory<byte> signed, bool alreadyAttested, IEnumerable<RunProblem?> problems, IEnumerable<RunProblem?> warnings) => new()
        {
            Statement = statement.Digest,
            Bundle = signed,
            BundleDigest = Digest.Of(signed.Span),
            Subjects = stored,
            AlreadyAttested = alreadyAttested,
            Problems = [.. problems.OfType<RunProblem>()],
            Warnings = [.. warnings.OfType<RunProblem>()],
        };
    }
}
