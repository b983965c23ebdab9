using System.Runtime.CompilerServices;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>Goes through the keys of all repositories.</summary>
internal sealed class ManifestCatalog(IKeyTable keys, IBlobStore blobs, ManifestStore manifests, ReferrerStore referrers) : IManifestCatalog
{
    private const int PageSize = 1000;

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListRepositoriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (string repository in ListRepositories())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return repository;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredManifest> ListReferrersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string repository in ListRepositories())
        {
            foreach (var subject in referrers.ListSubjects(repository))
            {
                await foreach (var referrer in referrers.ListAsync(repository, subject, last: null, cancellationToken).ConfigureAwait(false))
                {
                    yield return new StoredManifest(repository, referrer, subject);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task<StoredContent?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not { } size)
        {
            return null;
        }

        List<string> holders = [];
        string? mediaType = null;
        foreach (string repository in ListRepositories())
        {
            string? asManifest = await manifests.FindMediaTypeAsync(repository, digest, cancellationToken).ConfigureAwait(false);
            mediaType ??= asManifest;
            if (asManifest is not null || manifests.IsBlobLinked(repository, digest))
            {
                holders.Add(repository);
            }
        }

        return new StoredContent(digest, size, mediaType, holders);
    }

    private IEnumerable<string> ListRepositories()
    {
        string? after = null;
        while (keys.List(RepositoryKeys.Repositories, after, PageSize) is { Count: > 0 } page)
        {
            foreach (string repository in page)
            {
                yield return repository;
            }

            after = page[^1];
        }
    }
}
