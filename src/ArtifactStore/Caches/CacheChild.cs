namespace Provenance.ArtifactStore.Caches;

/// <summary>Something directly below a path of a cache.</summary>
/// <param name="Name">The whole name, or that of the collection without its closing slash.</param>
/// <param name="IsCollection">Whether it is only part of the names of entries.</param>
internal readonly record struct CacheChild(string Name, bool IsCollection);
