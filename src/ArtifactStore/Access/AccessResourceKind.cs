namespace Provenance.ArtifactStore.Access;

/// <summary>The kinds of things that access is given to.</summary>
public enum AccessResourceKind
{
    /// <summary>A repository of the registry, by its name.</summary>
    Repository,

    /// <summary>A namespace of keyed caches, by its name.</summary>
    Cache,

    /// <summary>All blobs by their bare digest, whatever repository they are in (<c>/cas/</c>).</summary>
    ContentStore,
}
