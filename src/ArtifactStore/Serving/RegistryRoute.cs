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
    /// <summary>Reads a path without the leading <c>/v2/</c>; false where the specification knows no such path.</summary>
    /// <exception cref="Serving.OciException">400 <c>NAME_INVALID</c>: the path is known, but the repository name is not valid.</exception>
    public static bool TryParse(string path, [NotNullWhen(true)] out RegistryRoute? route)
    {
        route = path.Length == 0 ? new RegistryRoute(RegistryResource.Root, "", "") : null;
        string[] parts = path.Split('/');
        if (route is null && Find(parts) is var (resource, length))
        {
            string repository = string.Join('/', parts[..length]);
            if (!RepositoryName.IsValid(repository))
            {
                throw new OciException(400, "NAME_INVALID", "The repository name is not valid: lower-case letters, digits and single separators only.");
            }

            string name = resource is RegistryResource.Tags or RegistryResource.Uploads ? "" : parts[^1];
            route = new RegistryRoute(resource, repository, name);
        }

        return route is not null;
    }

    private static (RegistryResource Resource, int RepositoryLength)? Find(string[] parts) => parts switch
    {
        [_, .., "blobs", "uploads", ""] => (RegistryResource.Uploads, parts.Length - 3),
        [_, .., "blobs", "uploads", _] => (RegistryResource.Upload, parts.Length - 3),
        [_, .., "blobs", "uploads"] => (RegistryResource.Uploads, parts.Length - 2),
        [_, .., "tags", "list"] => (RegistryResource.Tags, parts.Length - 2),
        [_, .., "blobs", not ""] => (RegistryResource.Blob, parts.Length - 2),
        [_, .., "manifests", not ""] => (RegistryResource.Manifest, parts.Length - 2),
        [_, .., "referrers", not ""] => (RegistryResource.Referrers, parts.Length - 2),
        _ => null,
    };
}
