using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>The manifests, tags and blob links of repositories, as keys beside the blobs.</summary>
internal sealed class ManifestStore(IKeyTable keys, IBlobStore blobs)
{
    /// <summary>Whether anything was ever pushed to the repository.</summary>
    public bool Exists(string repository) => keys.TryFind(RepositoryKeys.Repositories, repository, out _);

    /// <summary>Whether a blob is part of a repository, be its bytes intact or not.</summary>
    public bool IsBlobLinked(string repository, Digest digest) => keys.TryFind(new RepositoryKeys(repository).Blobs, digest.ToString(), out _);

    /// <summary>Whether a repository holds a blob.</summary>
    public async ValueTask<bool> HasBlobAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        IsBlobLinked(repository, digest)
        && await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>The changes that make a blob part of a repository; none where it is already. To be made with the blob.</summary>
    public IReadOnlyList<KeyChange> Link(string repository, Digest digest) => IsBlobLinked(repository, digest) ? [] : [.. Found(repository), new RepositoryKeys(repository).Link(digest)];

    /// <summary>Makes a stored blob part of a repository.</summary>
    public Task LinkBlobAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        keys.ChangeAsync(Link(repository, digest), cancellationToken);

    /// <summary>Takes a blob out of a repository; false where it was not in it. The bytes stay for others.</summary>
    public async Task<bool> UnlinkBlobAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        bool isLinked = IsBlobLinked(repository, digest);
        if (isLinked)
        {
            await keys.ChangeAsync(
                [KeyChange.Remove(new RepositoryKeys(repository).Blobs, digest.ToString()), RepositoryKeys.Release(digest)], cancellationToken).ConfigureAwait(false);
        }

        return isLinked;
    }

    /// <summary>The digest that a tag names; null where there is no such tag.</summary>
    public Task<Digest?> FindTagAsync(string repository, string tag, CancellationToken cancellationToken) => Task.FromResult(FindTag(repository, tag));

    /// <summary>The tags of a repository in ordinal order.</summary>
    public IReadOnlyList<string> ListTags(string repository) => ListTags(repository, after: null, int.MaxValue);

    /// <summary>At most <paramref name="count"/> tags of a repository in ordinal order, those after <paramref name="after"/> only.</summary>
    public IReadOnlyList<string> ListTags(string repository, string? after, int count) => keys.List(new RepositoryKeys(repository).Tags, after, count);

    /// <summary>The media type under which a repository holds a manifest; null where it does not.</summary>
    public Task<string?> FindMediaTypeAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult(FindMediaType(repository, digest));

    /// <summary>Whether a repository holds a manifest.</summary>
    public bool HasManifest(string repository, Digest digest) => FindMediaType(repository, digest) is not null;

    /// <summary>
    /// Stores a manifest: its bytes, the referrer entry, the link and the tags together or not at all. Whenever this process dies,
    /// whoever finds the manifest finds it listed, and no tag leads nowhere.
    /// </summary>
    public async Task<Descriptor> PutAsync(
        string repository,
        Digest digest,
        ManifestDocument document,
        ReadOnlyMemory<byte> content,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken)
    {
        var names = new RepositoryKeys(repository);
        var descriptor = document.Describe(digest, content.Length);
        List<KeyChange> changes = [.. Found(repository)];
        if (document.Subject is { } subject)
        {
            changes.Add(ReferrerStore.Change(names, subject, descriptor));
        }

        changes.Add(names.Manifest(digest, document.MediaType));
        changes.AddRange(tags.Select(tag => names.Tag(tag, digest)));
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        await blobs.WriteAsync(digest, stream, ManifestDocument.MaximumSize, changes, cancellationToken).ConfigureAwait(false);
        return descriptor;
    }

    /// <summary>Makes a tag name a manifest that the repository holds.</summary>
    public Task TagAsync(string repository, string tag, Digest digest, CancellationToken cancellationToken) =>
        keys.ChangeAsync([new RepositoryKeys(repository).Tag(tag, digest)], cancellationToken);

    /// <summary>Removes a tag; false where there is none.</summary>
    public Task<bool> DeleteTagAsync(string repository, string tag, CancellationToken cancellationToken) =>
        RemoveAsync(new RepositoryKeys(repository).Tags, RepositoryKeys.Checked(tag), cancellationToken);

    /// <summary>Removes a manifest with the tags that name it; false where there is none.</summary>
    public async Task<bool> DeleteAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var names = new RepositoryKeys(repository);
        if (FindMediaType(repository, digest) is not { } mediaType)
        {
            return false;
        }

        List<KeyChange> changes =
        [
            .. ListTags(repository).Where(tag => FindTag(repository, tag) == digest).Select(tag => KeyChange.Remove(names.Tags, tag)),
            KeyChange.Remove(names.Manifests, digest.ToString()),
            RepositoryKeys.Release(digest),
        ];
        if (await FindSubjectAsync(digest, mediaType, cancellationToken).ConfigureAwait(false) is { } subject)
        {
            changes.Add(KeyChange.Remove(names.Referrers, RepositoryKeys.NameOf(subject, digest.ToString())));
        }

        await keys.ChangeAsync(changes, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private Digest? FindTag(string repository, string tag) =>
        keys.TryFind(new RepositoryKeys(repository).Tags, RepositoryKeys.Checked(tag), out var digest) ? Digest.Parse(Encoding.UTF8.GetString(digest.Span)) : null;

    private string? FindMediaType(string repository, Digest digest) =>
        keys.TryFind(new RepositoryKeys(repository).Manifests, digest.ToString(), out var mediaType) ? Encoding.UTF8.GetString(mediaType.Span) : null;

    private IEnumerable<KeyChange> Found(string repository) => Exists(repository) ? [] : [new RepositoryKeys(repository).Exists];

    private async Task<bool> RemoveAsync(string table, string name, CancellationToken cancellationToken)
    {
        bool isSet = keys.TryFind(table, name, out _);
        if (isSet)
        {
            await keys.ChangeAsync([KeyChange.Remove(table, name)], cancellationToken).ConfigureAwait(false);
        }

        return isSet;
    }

    /// <summary>The subject of a stored manifest; null also for bytes that can no longer be read, since those must be deletable too.</summary>
    private async Task<Digest?> FindSubjectAsync(Digest digest, string? mediaType, CancellationToken cancellationToken)
    {
        using var reader = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (reader is null)
        {
            return null;
        }

        try
        {
            byte[] content = await reader.ReadAllAsync(ManifestDocument.MaximumSize, cancellationToken).ConfigureAwait(false);
            return ManifestDocument.Parse(content, mediaType).Subject;
        }
        catch (Exception exception) when (exception is BlobException or ManifestFormatException)
        {
            return null;
        }
    }
}
