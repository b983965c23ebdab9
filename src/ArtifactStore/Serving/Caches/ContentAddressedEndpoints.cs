using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary><c>/cas/hex</c>: the same blobs by their bare SHA-256, as Bazel's HTTP cache protocol names them.</summary>
internal sealed partial class ContentAddressedEndpoints(
    IBlobStore blobs, OciErrors errors, ArtifactStoreOptions options, ILogger<ContentAddressedEndpoints> logger)
{
    /// <summary>Answers one request: GET, HEAD and PUT.</summary>
    public Task HandleAsync(HttpContext context) => errors.RunAsync(context, DispatchAsync);

    private Task DispatchAsync(HttpContext context)
    {
        var digest = OciErrors.ParseDigest($"sha256:{context.Request.RouteValues["hex"]}");
        CachePath.RequirePlain(context);
        RequestAccess.Require(context, context.Request.Method == "PUT" ? AccessAction.Write : AccessAction.Read, AccessResource.ContentStore);
        return context.Request.Method switch
        {
            "GET" or "HEAD" => GetAsync(context, digest),
            "PUT" => PutAsync(context, digest),
            _ => throw CachePath.NotAllowed(context, "GET, HEAD, PUT"),
        };
    }

    private static OciException Unknown(Digest digest) =>
        new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"There is no blob {digest}.");

    private async Task GetAsync(HttpContext context, Digest digest)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // A blob found corrupt is absent to HEAD too, so that it is put again.
            long size = await blobs.FindSizeAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(digest);
            context.Response.ContentType = MediaTypes.OctetStream;
            BlobResponse.WriteHead(context, digest, size);
            return;
        }

        using var blob = await blobs.OpenAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(digest);
        context.Response.ContentType = MediaTypes.OctetStream;
        try
        {
            await BlobResponse.WriteAsync(context, blob).ConfigureAwait(false);
        }
        catch (BlobException exception) when (exception.Code == BlobException.Corrupted && !context.Response.HasStarted)
        {
            // To a build this is a miss: it makes the content again and puts it here.
            Corrupt(logger, digest, exception);
            throw Unknown(digest);
        }
    }

    /// <summary>201 for a new blob, 200 for one that was there, 400 for content that hashes to something else.</summary>
    private async Task PutAsync(HttpContext context, Digest digest)
    {
        var body = CacheBody.Open(context, options.MaximumBlobSize);
        bool created = await blobs.WriteAsync(digest, body, options.MaximumBlobSize, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.Headers.ETag = $"\"{digest}\"";
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored bytes of {Digest} do not hash to it: answered as missing")]
    private static partial void Corrupt(ILogger logger, Digest digest, Exception exception);
}
