using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Space;

/// <summary>What a collection is to remove, and what it leaves.</summary>
internal sealed class CollectionPlan
{
    /// <summary>What is to be done, by blob.</summary>
    public Dictionary<BlobKey, Removal> Removals { get; } = [];

    /// <summary>Keys whose blob is not stored any more.</summary>
    public List<(string Table, string Name, BlobKey Blob)> Dangling { get; } = [];

    /// <summary>What manifests need.</summary>
    public CollectionCount Pinned { get; set; }

    /// <summary>What was used too recently.</summary>
    public CollectionCount KeptByGrace { get; set; }

    /// <summary>What caches hold and keep.</summary>
    public CollectionCount Cached { get; set; }
}
