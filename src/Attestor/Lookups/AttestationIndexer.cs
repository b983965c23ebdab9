using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;

namespace Provenance.Attestor.Lookups;

/// <summary>Keeps the index up with the store: it hears of every manifest that is pushed, whoever pushed it, and fills a new index.</summary>
public sealed class AttestationIndexer(AttestationIndex index, TrustedSigners trusted, IBlobStore blobs, IManifestCatalog catalog) : IManifestObserver
{
    private const int MaximumManifestSize = 4 * 1024 * 1024;

    private readonly AttestationReader reader = new(trusted);

    /// <summary>Reads every attestation in the store into the index.</summary>
    public async Task RebuildAsync(CancellationToken cancellationToken)
    {
        await foreach (var referrer in catalog.ListReferrersAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAsync(referrer.Repository, referrer.Descriptor, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ManifestStoredAsync(string repository, Descriptor manifest, Digest? subject, CancellationToken cancellationToken)
    {
        if (subject is not null)
        {
            await AddAsync(repository, manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AddAsync(string repository, Descriptor manifest, CancellationToken cancellationToken)
    {
        if (await ReadBlobAsync(manifest.Digest, MaximumManifestSize, cancellationToken).ConfigureAwait(false) is { } content
            && BundleManifest.FindBundle(content) is { } layer
            && await ReadBlobAsync(layer, Bundle.MaximumSize, cancellationToken).ConfigureAwait(false) is { } bundle
            && reader.Read(bundle, $"{repository}@{manifest.Digest}") is { } attestation)
        {
            index.Add(attestation);
        }
    }

    private async Task<byte[]?> ReadBlobAsync(Digest digest, int maximumSize, CancellationToken cancellationToken)
    {
        using var blob = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        return blob is null || blob.Size > maximumSize ? null : await blob.ReadAllAsync(maximumSize, cancellationToken).ConfigureAwait(false);
    }
}
