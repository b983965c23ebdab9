using System.Runtime.CompilerServices;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>Walks the repositories on disk.</summary>
internal sealed class ManifestCatalog(DataFolder folder, IBlobStore blobs, ManifestStore manifests, ReferrerStore referrers) : IManifestCatalog
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListRepositoriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (string repository in ListRepositories(folder.Repositories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return repository;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredManifest> ListReferrersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string repository in ListRepositories(folder.Repositories))
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
        foreach (string repository in ListRepositories(folder.Repositories))
        {
            string? asManifest = await manifests.FindMediaTypeAsync(repository, digest, cancellationToken).ConfigureAwait(false);
            mediaType ??= asManifest;
            if (asManifest is not null || await manifests.HasBlobAsync(repository, digest, cancellationToken).ConfigureAwait(false))
            {
                holders.Add(repository);
            }
        }

        return new StoredContent(digest, size, mediaType, holders);
    }

    private IEnumerable<string> ListRepositories(string path)
    {
        string[] children = Directory.GetDirectories(path);
        Array.Sort(children, StringComparer.Ordinal);
        foreach (string child in children.Where(child => Path.GetFileName(child)[0] != '_'))
        {
            if (RepositoryFolder.Holds(child))
            {
                yield return Path.GetRelativePath(folder.Repositories, child).Replace('\\', '/');
            }

            foreach (string nested in ListRepositories(child))
            {
                yield return nested;
            }
        }
    }
}
