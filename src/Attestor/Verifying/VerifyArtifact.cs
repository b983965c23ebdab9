using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// Verifies the origin of an artifact. Every requirement of every policy that covers it must be met by some candidate; candidates are
/// alternatives, and their order plays no part.
/// </summary>
public sealed record VerifyArtifact : IRequest<Verdict>
{
    /// <summary>The artifact's digest, computed or resolved by the caller; never taken from evidence.</summary>
    public required Digest Subject { get; init; }

    /// <summary>By which name policies know the artifact: its repository, or a name that the caller gives a file; null where it has none.</summary>
    public string? ArtifactName { get; init; }

    /// <summary>Where to look.</summary>
    public required IReadOnlyList<EvidenceSource> Evidence { get; init; }

    /// <summary>Keys of which any one must have signed; empty to verify against policies only.</summary>
    public IReadOnlyList<VerificationKey> Keys { get; init; } = [];

    /// <summary>Whom a certificate has to name, instead of keys; null to ask for none.</summary>
    public ExpectedIdentity? Identity { get; init; }

    /// <summary>How certificates, log entries and timestamps are verified: needed with an identity; with keys, null leaves them out.</summary>
    public SignatureVerifier? Signatures { get; init; }

    /// <summary>With keys or an identity: the predicate types of which any one is accepted.</summary>
    public IReadOnlyList<string> PredicateTypes { get; init; } = [SlsaPredicate.Type];

    /// <summary>Policies, all of which must be met where they cover the artifact.</summary>
    public IReadOnlyList<IPolicy> Policies { get; init; } = [];

    /// <summary>Accepts provenance of runs that did not succeed.</summary>
    public bool AllowFailedRuns { get; init; }

    /// <summary>How long the search for evidence may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Looks at every candidate once, under all requirements, and weighs the reports.</summary>
internal sealed class VerifyArtifactHandler(TimeProvider time) : IRequestHandler<VerifyArtifact, Verdict>
{
    /// <inheritdoc/>
    public async Task<Verdict> Handle(VerifyArtifact request, CancellationToken cancellationToken)
    {
        var policies = request.Policies.Where(policy => policy.Covers(request.ArtifactName)).ToList();
        if (SignersOf(request) is { Count: > 0 } signers)
        {
            policies.Insert(0, new AskedPolicy(request.Identity is null ? "key" : "identity", signers, request.PredicateTypes));
        }

        var requirements = VerdictBuilder.NameRequirements(policies);
        var reports = await LookAsync(request, requirements, cancellationToken).ConfigureAwait(false);
        return VerdictBuilder.Build(request, requirements, reports);
    }

    private static List<TrustedSigner> SignersOf(VerifyArtifact request)
    {
        var signers = request.Keys.Select(key => TrustedSigner.OwnerOf(key.Fingerprint, key, request.Signatures)).ToList();
        if (request.Identity is { } identity)
        {
            signers.Add(TrustedSigner.Named(
                identity.ToString(),
                identity,
                request.Signatures ?? throw new ArgumentException("An identity cannot be verified without a trusted root.", nameof(request))));
        }

        return signers;
    }

    private async Task<List<CandidateReport>> LookAsync(VerifyArtifact request, IReadOnlyList<NamedRequirement> requirements, CancellationToken cancellationToken)
    {
        var reports = new List<CandidateReport>();
        if (requirements.Count is 0)
        {
            return reports;
        }

        var checker = new CandidateChecker(request.Subject, request.AllowFailedRuns);
        using var limit = new CancellationTokenSource(request.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            foreach (var source in request.Evidence)
            {
                await foreach (var finding in source.FindAsync(request.Subject, either.Token).ConfigureAwait(false))
                {
                    reports.AddRange(finding.Candidate is { } candidate ? checker.Check(candidate, requirements) : [finding.Report!]);
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            reports.Add(new CandidateReport
            {
                Source = request.ArtifactName ?? request.Subject.ToString(),
                Digest = null,
                Outcome = VerdictOutcome.Error,
                Code = VerdictCodes.FetchTimeout,
                Message = $"The search for evidence about {request.Subject} did not end within {request.TimeLimit.TotalSeconds:0.#} seconds.",
            });
        }

        return reports;
    }
}
