using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/cas/hex</c>: the same blobs by their bare SHA-256, as Bazel's HTTP cache protocol names them.</summary>
internal sealed class ContentAddressedEndpoints(IBlobStore blobs, ArtifactStoreOptions options)
{
    /// <summary>GET and HEAD.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var digest = ReadDigest(context);
        using var blob = await blobs.OpenAsync(digest, context.RequestAborted).ConfigureAwait(false)
            ?? throw new OciException(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"There is no blob {digest}.");
        context.Response.ContentType = MediaTypes.OctetStream;
        await BlobResponse.WriteAsync(context, blob).ConfigureAwait(false);
    }

    /// <summary>PUT: 201 for a new blob, 200 for one that was there, 400 for content that hashes to something else.</summary>
    public async Task PutAsync(HttpContext context)
    {
        var digest = ReadDigest(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        bool created = await blobs.WriteAsync(digest, context.Request.Body, options.MaximumBlobSize, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.Headers.ETag = $"\"{digest}\"";
    }

    private static Digest ReadDigest(HttpContext context) => OciErrors.ParseDigest($"sha256:{context.Request.RouteValues["hex"]}");
}
