using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;

namespace Provenance.Attestor.Lookups;

/// <summary>Asks for everything that is known of a digest.</summary>
/// <param name="Digest">The digest as <c>algorithm:hex</c>; commits (<c>sha1</c>, <c>gitCommit</c>) are looked up among what runs were made from.</param>
public sealed record LookupDigest(string Digest) : IRequest<DigestLookup>;

/// <summary>Asks the store for the bytes and the index for the attestations, in both directions.</summary>
internal sealed class LookupDigestHandler(AttestationIndex index, AttestationIndexer indexer, IManifestCatalog catalog) : IRequestHandler<LookupDigest, DigestLookup>
{
    private const int MaximumAttestations = 100;

    public async Task<DigestLookup> Handle(LookupDigest request, CancellationToken cancellationToken)
    {
        await indexer.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var stored = Digest.TryParse(request.Digest, out var digest)
            ? await catalog.FindAsync(digest, cancellationToken).ConfigureAwait(false)
            : null;
        return new DigestLookup
        {
            Digest = request.Digest,
            Size = stored?.Size,
            MediaType = stored?.MediaType,
            Repositories = stored?.Repositories ?? [],
            MadeBy = index.FindBySubject(request.Digest, MaximumAttestations),
            MadeOnTheWayBy = index.FindByByproduct(request.Digest, MaximumAttestations),
            UsedBy = index.FindByDependency(request.Digest, MaximumAttestations),
        };
    }
}
