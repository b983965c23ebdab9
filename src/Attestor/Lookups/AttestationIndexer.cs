using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;

namespace Provenance.Attestor.Lookups;

/// <summary>Keeps the index up with the store: it hears of every manifest that is pushed, whoever pushed it, and fills a new index.</summary>
public sealed class AttestationIndexer(AttestationIndex index, TrustedSigners trusted, IBlobStore blobs, IManifestCatalog catalog) : IManifestObserver, IDisposable
{
    private const int MaximumManifestSize = 4 * 1024 * 1024;

    private readonly AttestationReader reader = new(trusted);
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>
    /// Takes up which certificates hold now, and reads everything again where others do than before: until that is done nobody is answered
    /// by what may no longer hold.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (trusted.Renew())
            {
                index.IsCurrent = false;
            }

            if (!index.IsCurrent)
            {
                await RebuildAsync(cancellationToken).ConfigureAwait(false);
                index.IsCurrent = true;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads every attestation in the store into the index.</summary>
    public async Task RebuildAsync(CancellationToken cancellationToken)
    {
        await foreach (var referrer in catalog.ListReferrersAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAsync(referrer.Repository, referrer.Descriptor, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

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
            && await ReadBlobAsync(layer, Bundle.MaximumSize, cancellationToken).ConfigureAwait(false) is { } bundle)
        {
            Add(bundle, $"{repository}@{manifest.Digest}");
        }
    }

    // What was found by certificates that hold no longer must not come after what catching up found.
    private void Add(byte[] bundle, string reference)
    {
        TrustedCertificates? certificates;
        do
        {
            certificates = trusted.Certificates;
            if (reader.Read(bundle, reference) is { } attestation)
            {
                index.Add(attestation);
            }
        }
        while (!ReferenceEquals(certificates, trusted.Certificates) && certificates?.Mark != trusted.Certificates?.Mark);
    }

    private async Task<byte[]?> ReadBlobAsync(Digest digest, int maximumSize, CancellationToken cancellationToken)
    {
        using var blob = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        return blob is null || blob.Size > maximumSize ? null : await blob.ReadAllAsync(maximumSize, cancellationToken).ConfigureAwait(false);
    }
}
