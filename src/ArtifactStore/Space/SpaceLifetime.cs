using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Space;

/// <summary>How long some content is kept after its last use.</summary>
public sealed record SpaceLifetime
{
    /// <summary>How long.</summary>
    public required TimeSpan TimeToLive { get; init; }

    /// <summary>The repositories whose manifests and tags it is about.</summary>
    public IReadOnlyList<NamePattern> Repositories { get; init; } = [];

    /// <summary>The caches whose keys it is about: namespaces, <c>ac</c>, <c>ac/instance</c>.</summary>
    public IReadOnlyList<NamePattern> Caches { get; init; } = [];

    /// <summary>Whether it is about blobs that were stored by their digest alone.</summary>
    public bool ContentStore { get; init; }
}
