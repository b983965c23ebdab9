using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Space;

/// <summary>What is to be done about one blob.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Blob">Where it is.</param>
/// <param name="Reason">Why it goes; null where it stays, and only names of it go.</param>
internal sealed record Removal(Digest Digest, IndexedBlob Blob, CollectionReason? Reason)
{
    /// <summary>Keys of caches that go.</summary>
    public List<(string Table, string Name)> Keys { get; } = [];

    /// <summary>Repositories whose link goes.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Whether the note goes that a repository let go of it.</summary>
    public bool IsReleased { get; init; }
}
