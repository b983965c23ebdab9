using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Space;

/// <summary>What a mark found.</summary>
internal sealed class ReferencedContent
{
    /// <summary>What manifests need, and they themselves.</summary>
    public HashSet<BlobKey> Pinned { get; } = [];

    /// <summary>Links to blobs that no manifest of the repository names.</summary>
    public Dictionary<BlobKey, (Digest Digest, List<string> Repositories)> LooseLinks { get; } = [];

    /// <summary>What repositories let go of.</summary>
    public Dictionary<BlobKey, Digest> Released { get; } = [];

    /// <summary>Manifests that could not be read.</summary>
    public long UnreadableManifests { get; set; }

    /// <summary>Notes that a repository let go of something.</summary>
    public void Release(Digest digest) => Released[BlobKey.Of(digest)] = digest;

    /// <summary>Notes a link that no manifest needs.</summary>
    public void AddLooseLink(string repository, Digest digest)
    {
        var key = BlobKey.Of(digest);
        if (!LooseLinks.TryGetValue(key, out var found))
        {
            LooseLinks[key] = found = (digest, []);
        }

        found.Repositories.Add(repository);
    }
}
