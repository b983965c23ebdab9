using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>The manifests, tags and blob links of repositories, as files.</summary>
internal sealed class ManifestStore(DataFolder folder, IBlobStore blobs, ReferrerStore referrers)
{
    /// <summary>Whether anything was ever pushed to the repository.</summary>
    public bool Exists(string repository) => new RepositoryFolder(folder, repository).Exists;

    /// <summary>Whether a blob is part of a repository, be its bytes intact or not.</summary>
    public bool IsBlobLinked(string repository, Digest digest) => File.Exists(new RepositoryFolder(folder, repository).Blob(digest));

    /// <summary>Whether a repository holds a blob.</summary>
    public async ValueTask<bool> HasBlobAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        IsBlobLinked(repository, digest)
        && await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Makes a stored blob part of a repository.</summary>
    public void LinkBlob(string repository, Digest digest) => DurableFile.Mark(new RepositoryFolder(folder, repository).Blob(digest));

    /// <summary>Takes a blob out of a repository; false where it was not in it. The bytes stay for others.</summary>
    public bool UnlinkBlob(string repository, Digest digest) => DurableFile.Delete(new RepositoryFolder(folder, repository).Blob(digest));

    /// <summary>The digest that a tag names; null where there is no such tag.</summary>
    public async Task<Digest?> FindTagAsync(string repository, string tag, CancellationToken cancellationToken) =>
        await ReadAsync(new RepositoryFolder(folder, repository).Tag(tag), cancellationToken).ConfigureAwait(false) is { } text
            ? Digest.Parse(text)
            : null;

    /// <summary>The tags of a repository in ordinal order.</summary>
    public IReadOnlyList<string> ListTags(string repository)
    {
        string path = new RepositoryFolder(folder, repository).Tags;
        string[] tags = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))] : [];
        Array.Sort(tags, StringComparer.Ordinal);
        return tags;
    }

    /// <summary>The media type under which a repository holds a manifest; null where it does not.</summary>
    public Task<string?> FindMediaTypeAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        ReadAsync(new RepositoryFolder(folder, repository).Manifest(digest), cancellationToken);

    /// <summary>Whether a repository holds a manifest.</summary>
    public bool HasManifest(string repository, Digest digest) => File.Exists(new RepositoryFolder(folder, repository).Manifest(digest));

    /// <summary>
    /// Stores a manifest. The bytes come first, then the referrer entry, which counts only once the link exists, then the link, then the
    /// tags: whenever this process dies, whoever finds the manifest finds it listed, and no tag leads nowhere.
    /// </summary>
    public async Task<Descriptor> PutAsync(
        string repository,
        Digest digest,
        ManifestDocument document,
        ReadOnlyMemory<byte> content,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken)
    {
        var paths = new RepositoryFolder(folder, repository);
        using (var stream = new MemoryStream(content.ToArray(), writable: false))
        {
            await blobs.WriteAsync(digest, stream, ManifestDocument.MaximumSize, cancellationToken).ConfigureAwait(false);
        }

        var descriptor = document.Describe(digest, content.Length);
        if (document.Subject is { } subject)
        {
            referrers.Put(paths, subject, descriptor);
        }

        DurableFile.Write(folder, paths.Manifest(digest), Encoding.UTF8.GetBytes(document.MediaType));
        foreach (string tag in tags)
        {
            DurableFile.Write(folder, paths.Tag(tag), Encoding.UTF8.GetBytes(digest.ToString()));
        }

        return descriptor;
    }

    /// <summary>Removes a tag; false where there is none.</summary>
    public bool DeleteTag(string repository, string tag) => DurableFile.Delete(new RepositoryFolder(folder, repository).Tag(tag));

    /// <summary>Removes a manifest with the tags that name it; false where there is none.</summary>
    public async Task<bool> DeleteAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var paths = new RepositoryFolder(folder, repository);
        if (!File.Exists(paths.Manifest(digest)))
        {
            return false;
        }

        foreach (string tag in ListTags(repository))
        {
            if (await FindTagAsync(repository, tag, cancellationToken).ConfigureAwait(false) == digest)
            {
                DurableFile.Delete(paths.Tag(tag));
            }
        }

        string? mediaType = await FindMediaTypeAsync(repository, digest, cancellationToken).ConfigureAwait(false);
        var subject = await FindSubjectAsync(digest, mediaType, cancellationToken).ConfigureAwait(false);
        bool deleted = DurableFile.Delete(paths.Manifest(digest));
        if (subject is not null)
        {
            DurableFile.Delete(paths.Referrer(subject, digest));
        }

        return deleted;
    }

    private static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
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
