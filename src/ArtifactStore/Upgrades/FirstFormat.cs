using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upgrades;

/// <summary>
/// Format 1 of a data folder: blobs are files, and so is everything else: <c>repositories/name/_blobs/algorithm/hex</c> (empty),
/// <c>_manifests/algorithm/hex</c> (the media type), <c>_tags/tag</c> (a digest) and
/// <c>_referrers/algorithm/hex of the subject/algorithm-hex</c> (a descriptor).
/// </summary>
internal sealed class FirstFormat(DataFolder folder)
{
    // Larger descriptors are read from their manifests.
    private const int MaximumDescriptor = 4096;

    /// <summary>All blobs with their sizes.</summary>
    public IEnumerable<(Digest Digest, long Size)> ListBlobs()
    {
        foreach (string algorithm in Folders(folder.Blobs))
        {
            foreach (string file in Folders(algorithm).SelectMany(Directory.EnumerateFiles))
            {
                if (Digest.TryParse($"{Path.GetFileName(algorithm)}:{Path.GetFileName(file)}", out var digest))
                {
                    yield return (digest, new FileInfo(file).Length);
                }
            }
        }
    }

    /// <summary>What the repositories hold, as changes of an empty table.</summary>
    public IEnumerable<KeyChange> ListKeys() =>
        Directory.Exists(folder.Repositories) ? ListKeys(folder.Repositories) : [];

    private static IEnumerable<string> Folders(string path) => Directory.Exists(path) ? Directory.EnumerateDirectories(path) : [];

    private static IEnumerable<(string Path, Digest Digest)> Digests(string path)
    {
        foreach (string algorithm in Folders(path))
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(algorithm))
            {
                if (Digest.TryParse($"{Path.GetFileName(algorithm)}:{Path.GetFileName(entry)}", out var digest))
                {
                    yield return (entry, digest);
                }
            }
        }
    }

    private IEnumerable<KeyChange> ListKeys(string path)
    {
        foreach (string child in Folders(path).Where(static child => Path.GetFileName(child)[0] is not '_'))
        {
            string name = Path.GetRelativePath(folder.Repositories, child).Replace('\\', '/');
            var own = Directory.Exists(Path.Combine(child, "_manifests")) || Directory.Exists(Path.Combine(child, "_blobs")) ? ListKeysOf(child, new RepositoryKeys(name)) : [];
            foreach (var change in own.Concat(ListKeys(child)))
            {
                yield return change;
            }
        }
    }

    private static IEnumerable<KeyChange> ListKeysOf(string path, RepositoryKeys repository)
    {
        yield return repository.Exists;
        foreach (var (_, digest) in Digests(Path.Combine(path, "_blobs")))
        {
            yield return repository.Link(digest);
        }

        foreach (var (file, digest) in Digests(Path.Combine(path, "_manifests")))
        {
            yield return repository.Manifest(digest, File.ReadAllText(file));
        }

        string tags = Path.Combine(path, "_tags");
        foreach (string file in Directory.Exists(tags) ? Directory.EnumerateFiles(tags) : [])
        {
            if (RepositoryName.IsTag(Path.GetFileName(file)))
            {
                yield return KeyChange.Set(repository.Tags, Path.GetFileName(file), Encoding.UTF8.GetBytes(File.ReadAllText(file)));
            }
        }

        foreach (var (entries, subject) in Digests(Path.Combine(path, "_referrers")))
        {
            foreach (string file in Directory.EnumerateFiles(entries))
            {
                if (Digest.TryParse(Path.GetFileName(file).Replace('-', ':'), out var referrer))
                {
                    byte[] descriptor = File.ReadAllBytes(file);
                    yield return repository.Referrer(subject, referrer, descriptor.Length <= MaximumDescriptor ? descriptor : []);
                }
            }
        }
    }
}
