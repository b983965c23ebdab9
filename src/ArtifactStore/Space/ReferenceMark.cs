using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Space;

/// <summary>Finds what manifests need. Every manifest that a repository holds counts, its referrers are manifests of their own.</summary>
internal sealed class ReferenceMark(IKeyTable keys, DiskBlobStore blobs)
{
    private const int PageSize = 1000;

    /// <summary>Reads all manifests but those that a dry run has let go of.</summary>
    public async Task<ReferencedContent> RunAsync(
        IReadOnlySet<(string Repository, Digest Digest)> without, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        var content = new ReferencedContent();
        string[] repositories = [.. List(RepositoryKeys.Repositories)];
        for (int i = 0; i < repositories.Length; i++)
        {
            await MarkAsync(repositories[i], without, content, cancellationToken).ConfigureAwait(false);
            progress?.Report(new CollectionProgress("marking", i + 1, repositories.Length));
        }

        foreach (string name in List(RepositoryKeys.Released))
        {
            if (Digest.TryParse(name, out var digest))
            {
                content.Release(digest);
            }
        }

        return content;
    }

    /// <summary>The manifests of a repository.</summary>
    public IEnumerable<Digest> ListManifests(string repository) => List(new RepositoryKeys(repository).Manifests).Select(Digest.Parse);

    /// <summary>Reads a manifest without using it; null where it cannot be read.</summary>
    public async Task<ManifestDocument?> ReadAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        if (!keys.TryFind(new RepositoryKeys(repository).Manifests, digest.ToString(), out var mediaType))
        {
            return null;
        }

        using var reader = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (reader is null)
        {
            return null;
        }

        try
        {
            byte[] bytes = await reader.ReadAllAsync(ManifestDocument.MaximumSize, cancellationToken).ConfigureAwait(false);
            return ManifestDocument.Parse(bytes, Encoding.UTF8.GetString(mediaType.Span));
        }
        catch (Exception exception) when (exception is BlobException or ManifestFormatException)
        {
            return null;
        }
    }

    private async Task MarkAsync(
        string repository, IReadOnlySet<(string Repository, Digest Digest)> without, ReferencedContent content, CancellationToken cancellationToken)
    {
        var names = new RepositoryKeys(repository);

        // A link that comes after this is held or used by whoever made it: only those that are here before can be without a manifest.
        string[] links = [.. List(names.Blobs)];
        HashSet<BlobKey> needed = [];
        bool isReadable = true;
        foreach (var digest in ListManifests(repository))
        {
            if (without.Contains((repository, digest)))
            {
                continue;
            }

            needed.Add(BlobKey.Of(digest));
            if (await ReadAsync(repository, digest, cancellationToken).ConfigureAwait(false) is { } document)
            {
                needed.UnionWith(document.Blobs.Select(BlobKey.Of));
                needed.UnionWith(document.Manifests.Select(static child => BlobKey.Of(child.Digest)));
            }
            else if (keys.TryFind(names.Manifests, digest.ToString(), out _))
            {
                // What it needs is not known: everything that the repository holds may be that.
                isReadable = false;
                content.UnreadableManifests++;
            }
        }

        foreach (string link in links)
        {
            if (Digest.TryParse(link, out var digest))
            {
                var key = BlobKey.Of(digest);
                if (!isReadable)
                {
                    needed.Add(key);
                }
                else if (!needed.Contains(key))
                {
                    content.AddLooseLink(repository, digest);
                }
            }
        }

        content.Pinned.UnionWith(needed);
    }

    private IEnumerable<string> List(string table)
    {
        string? after = null;
        while (keys.List(table, after, PageSize) is { Count: > 0 } page)
        {
            foreach (string name in page)
            {
                yield return name;
            }

            after = page[^1];
        }
    }
}
