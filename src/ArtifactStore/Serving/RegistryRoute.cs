using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving;

/// <summary>
/// What a path below <c>/v2/</c> names (distribution-spec 1.1, "Endpoints"). Repository names contain slashes, so the path is read
/// from its end; nothing in it is unescaped, and only a valid repository name gets through.
/// </summary>
/// <param name="Resource">The kind of thing.</param>
/// <param name="Repository">The valid repository name; empty for <see cref="RegistryResource.Root"/>.</param>
/// <param name="Name">The digest, tag or upload id as it stands in the path, not yet checked; empty where there is none.</param>
internal sealed record RegistryRoute(RegistryResource Resource, string Repository, string Name)
{
    private static readonly RegistryRoute Root = new(RegistryResource.Root, "", "");

    /// <summary>Reads a path without the leading <c>/v2/</c>; false where the specification knows no such path.</summary>
    /// <exception cref="Serving.OciException">400 <c>NAME_INVALID</c>: the path is known, but the repository name is not valid.</exception>
    public static bool TryParse(string path, [NotNullWhen(true)] out RegistryRoute? route)
    {
        route = null;
        if (path.Length == 0)
        {
            route = Root;
        }
        else if (Find(path) is var (resource, repository, name))
        {
            if (!RepositoryName.IsValid(repository))
            {
                throw new OciException(400, "NAME_INVALID", "The repository name is not valid: lower-case letters, digits and single separators only.");
            }

            route = new RegistryRoute(resource, repository, name);
        }

        return route is not null;
    }

    private static (RegistryResource Resource, string Repository, string Name)? Find(string path)
    {
        int end = path.Length;
        var last = TakeLast(path, ref end);
        var kind = TakeLast(path, ref end);
        RegistryResource? found = kind switch
        {
            "uploads" => TakeLast(path, ref end) is not "blobs" ? null : last.IsEmpty ? RegistryResource.Uploads : RegistryResource.Upload,
            "blobs" when last is "uploads" => RegistryResource.Uploads,
            "tags" when last is "list" => RegistryResource.Tags,
            "blobs" when !last.IsEmpty => RegistryResource.Blob,
            "manifests" when !last.IsEmpty => RegistryResource.Manifest,
            "referrers" when !last.IsEmpty => RegistryResource.Referrers,
            _ => null,
        };
        return found is { } resource && end >= 0
            ? (resource, path[..end], resource is RegistryResource.Tags or RegistryResource.Uploads ? "" : last.ToString())
            : null;
    }

    /// <summary>Takes the last part off a path of which <paramref name="end"/> characters are left; -1 where none are.</summary>
    private static ReadOnlySpan<char> TakeLast(string path, ref int end)
    {
        var left = path.AsSpan(0, Math.Max(end, 0));
        end = left.LastIndexOf('/');
        return left[(end + 1)..];
    }
}
