using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Caches;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>What a path below <c>/cache/</c> names.</summary>
/// <param name="Space">The namespace.</param>
/// <param name="Key">The key; empty for the namespace itself.</param>
/// <param name="IsCollection">Whether the path ends in a slash or names the namespace.</param>
internal sealed record KeyedCacheRoute(string Space, string Key, bool IsCollection)
{
    /// <summary>The table that holds the keys of the namespace.</summary>
    public string Table => CacheTable.Of(Space);

    /// <summary>The start of the names within the collection: its key and a slash, or nothing for the whole namespace.</summary>
    public string Prefix => Key.Length == 0 ? "" : Key + "/";

    /// <summary>Reads a path without the leading <c>/cache/</c>; false where it names nothing that can be kept.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out KeyedCacheRoute? route)
    {
        route = null;
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string space = slash < 0 ? path : path[..slash];
        string rest = slash < 0 ? "" : path[slash..];
        if (!CacheTable.IsSpace(space))
        {
            return false;
        }

        if (rest.All(static character => character == '/'))
        {
            route = new KeyedCacheRoute(space, "", IsCollection: true);
        }
        else if (CacheKey.TryParse(rest, out var key))
        {
            route = new KeyedCacheRoute(space, key.Text, rest.EndsWith('/'));
        }

        return route is not null;
    }
}
