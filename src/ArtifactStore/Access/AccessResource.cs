namespace Provenance.ArtifactStore.Access;

/// <summary>A thing that access is given to.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The repository or the cache namespace, in the very form it is stored under; empty where there is only one.</param>
public readonly record struct AccessResource(AccessResourceKind Kind, string Name)
{
    /// <summary>All blobs by their bare digest.</summary>
    public static AccessResource ContentStore { get; } = new(AccessResourceKind.ContentStore, "");

    /// <summary>A repository; the name must have been found valid.</summary>
    public static AccessResource Repository(string name) => new(AccessResourceKind.Repository, name);

    /// <summary>A namespace of keyed caches; the name must have been found valid.</summary>
    public static AccessResource Cache(string name) => new(AccessResourceKind.Cache, name);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        AccessResourceKind.Repository => $"repository {Name}",
        AccessResourceKind.Cache => $"cache {Name}",
        _ => "content store",
    };
}
