using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>
/// Where a repository's files stand, <c>repositories/name/</c>. The folders within begin with an underscore, which no component of a
/// repository name can.
/// </summary>
internal sealed class RepositoryFolder
{
    private const string ManifestFolder = "_manifests";
    private const string BlobFolder = "_blobs";

    private readonly string root;

    /// <summary>The folder of a repository, whether or not it exists.</summary>
    /// <exception cref="ArgumentException">The name is invalid: it must have been refused before.</exception>
    public RepositoryFolder(DataFolder folder, string name)
    {
        if (!RepositoryName.IsValid(name))
        {
            throw new ArgumentException($"\"{name}\" is no repository name.", nameof(name));
        }

        root = Path.Combine([folder.Repositories, .. name.Split('/')]);
    }

    /// <summary>The folder of tags, one file each, holding a digest.</summary>
    public string Tags => Path.Combine(root, "_tags");

    /// <summary>Whether anything was ever pushed here.</summary>
    public bool Exists => Holds(root);

    /// <summary>Whether a folder is a repository, and not only a part of the path to one.</summary>
    public static bool Holds(string path) => Directory.Exists(Path.Combine(path, ManifestFolder)) || Directory.Exists(Path.Combine(path, BlobFolder));

    /// <summary>The link that makes a stored blob part of the repository; empty.</summary>
    public string Blob(Digest digest) => Path.Combine(root, BlobFolder, digest.Algorithm.Name, digest.Hex);

    /// <summary>The link that makes stored bytes a manifest of the repository; holds the media type.</summary>
    public string Manifest(Digest digest) => Path.Combine(root, ManifestFolder, digest.Algorithm.Name, digest.Hex);

    /// <summary>The file of a tag.</summary>
    public string Tag(string tag) =>
        RepositoryName.IsTag(tag) ? Path.Combine(Tags, tag) : throw new ArgumentException($"\"{tag}\" is no tag.", nameof(tag));

    /// <summary>The folder of the referrers of all subjects: below it one folder an algorithm, then one a subject.</summary>
    public string Referrers() => Path.Combine(root, "_referrers");

    /// <summary>The folder of one subject's referrers.</summary>
    public string Referrers(Digest subject) => Path.Combine(Referrers(), subject.Algorithm.Name, subject.Hex);

    /// <summary>The entry of one referrer; holds its descriptor as JSON.</summary>
    public string Referrer(Digest subject, Digest referrer) => Path.Combine(Referrers(subject), $"{referrer.Algorithm.Name}-{referrer.Hex}");
}
