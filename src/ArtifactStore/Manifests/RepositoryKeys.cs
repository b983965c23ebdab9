using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>What a repository holds, as names in tables.</summary>
internal sealed class RepositoryKeys
{
    /// <summary>The table of all repositories.</summary>
    public const string Repositories = "repositories";

    private readonly string repository;

    /// <summary>The tables of a repository, whether or not it exists.</summary>
    /// <exception cref="ArgumentException">The name is invalid: it must have been refused before.</exception>
    public RepositoryKeys(string repository)
    {
        if (!RepositoryName.IsValid(repository))
        {
            throw new ArgumentException($"\"{repository}\" is no repository name.", nameof(repository));
        }

        this.repository = repository;
    }

    /// <summary>Digests of the blobs that are part of the repository; the values are empty.</summary>
    public string Blobs => $"blobs/{repository}";

    /// <summary>Digests of the manifests; the values are their media types.</summary>
    public string Manifests => $"manifests/{repository}";

    /// <summary>Tags; the values are digests.</summary>
    public string Tags => $"tags/{repository}";

    /// <summary>Names <c>subject/referrer</c>; the values are descriptors as JSON, or empty for those that are too large to be repeated.</summary>
    public string Referrers => $"referrers/{repository}";

    /// <summary>That something was pushed to the repository.</summary>
    public KeyChange Exists => KeyChange.Set(Repositories, repository, default);

    /// <summary>That a blob is part of the repository.</summary>
    public KeyChange Link(Digest digest) => KeyChange.Set(Blobs, digest.ToString(), default);

    /// <summary>That the repository holds a manifest.</summary>
    public KeyChange Manifest(Digest digest, string mediaType) => KeyChange.Set(Manifests, digest.ToString(), Encoding.UTF8.GetBytes(mediaType));

    /// <summary>That a tag names a manifest.</summary>
    public KeyChange Tag(string tag, Digest digest) => KeyChange.Set(Tags, Checked(tag), Encoding.UTF8.GetBytes(digest.ToString()));

    /// <summary>That a manifest refers to a subject.</summary>
    public KeyChange Referrer(Digest subject, Digest referrer, ReadOnlyMemory<byte> descriptor) =>
        KeyChange.Set(Referrers, NameOf(subject, referrer.ToString()), descriptor);

    /// <summary>The name of a referrer, or of the place before all of a subject's where <paramref name="referrer"/> is empty.</summary>
    public static string NameOf(Digest subject, string referrer) => $"{subject}/{referrer}";

    /// <summary>A tag that is one.</summary>
    public static string Checked(string tag) =>
        RepositoryName.IsTag(tag) ? tag : throw new ArgumentException($"\"{tag}\" is no tag.", nameof(tag));
}
