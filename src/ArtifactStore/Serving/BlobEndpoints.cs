using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/blobs/digest</c> (distribution-spec 1.1, "Pulling blobs", "Deleting Blobs").</summary>
internal sealed class BlobEndpoints(IBlobStore blobs, ManifestStore manifests)
{
    /// <summary>GET and HEAD.</summary>
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        var digest = OciErrors.ParseDigest(route.Name);

        // A blob found corrupt is absent to HEAD, so that clients push it again; GET says what is wrong.
        if (HttpMethods.IsHead(context.Request.Method)
            && !await manifests.HasBlobAsync(route.Repository, digest, context.RequestAborted).ConfigureAwait(false))
        {
            throw Unknown(route, digest);
        }

        using var blob = await OpenAsync(route, digest, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = MediaTypes.OctetStream;
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        await BlobResponse.WriteAsync(context, blob).ConfigureAwait(false);
    }

    /// <summary>DELETE: takes the blob out of the repository.</summary>
    public async Task DeleteAsync(HttpContext context, RegistryRoute route)
    {
        var digest = OciErrors.ParseDigest(route.Name);
        if (!await manifests.UnlinkBlobAsync(route.Repository, digest, context.RequestAborted).ConfigureAwait(false))
        {
            throw Unknown(route, digest);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static OciException Unknown(RegistryRoute route, Digest digest) =>
        new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"Repository {route.Repository} has no blob {digest}.");

    private async Task<IBlobReader> OpenAsync(RegistryRoute route, Digest digest, CancellationToken cancellationToken) =>
        manifests.IsBlobLinked(route.Repository, digest) && await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false) is { } blob
            ? blob
            : throw Unknown(route, digest);
}
