using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/blobs/digest</c> (distribution-spec 1.1, "Pulling blobs", "Deleting Blobs").</summary>
internal sealed class BlobEndpoints(IBlobStore blobs, ManifestStore manifests, Mirrors mirrors, IBlobAddresses? addresses = null)
{
    /// <summary>GET and HEAD.</summary>
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        var digest = OciErrors.ParseDigest(route.Name);
        var response = context.Response;
        await mirrors.BringBlobAsync(route.Repository, digest, context.RequestAborted).ConfigureAwait(false);

        // First of all a use: a link that is seen after it is not about to be collected, and who was told of it has time to push.
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // A blob found corrupt is absent to HEAD, so that clients push it again; GET says what is wrong.
            long size = await blobs.FindSizeAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route, digest);
            RequireLinked(route, digest);
            Describe(response, digest);
            BlobResponse.WriteHead(context, digest, size);
            return;
        }

        using var blob = await blobs.OpenAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route, digest);
        RequireLinked(route, digest);
        Describe(response, digest);
        if (addresses?.FindAddress(digest, blob.Size) is { } address)
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = address.AbsoluteUri;
            response.Headers.CacheControl = "no-store";
            return;
        }

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

    private static void Describe(HttpResponse response, Digest digest)
    {
        response.ContentType = MediaTypes.OctetStream;
        response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private void RequireLinked(RegistryRoute route, Digest digest)
    {
        if (!manifests.IsBlobLinked(route.Repository, digest))
        {
            throw Unknown(route, digest);
        }
    }
}
