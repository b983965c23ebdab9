using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Caches;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Space;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>What all caches with keys answer. A miss is 404 without a body: there are many.</summary>
internal sealed partial class CacheEntries(KeyedCache cache, NamelessContent contents, BlobLeases leases, ArtifactStoreOptions options, ILogger<CacheEntries> logger)
{
    /// <summary>GET and HEAD: the content under a key. One that is gone or corrupt is a miss, and its key is removed.</summary>
    public async Task GetAsync(HttpContext context, string table, string name)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            await HeadAsync(context, table, name).ConfigureAwait(false);
            return;
        }

        using var blob = await cache.OpenAsync(table, name, context.RequestAborted).ConfigureAwait(false);
        if (blob is null)
        {
            Miss(context);
            return;
        }

        context.Response.ContentType = MediaTypes.OctetStream;
        try
        {
            await BlobResponse.WriteAsync(context, blob).ConfigureAwait(false);
        }
        catch (BlobException exception) when (exception.Code == BlobException.Corrupted)
        {
            await cache.ForgetAsync(table, name, blob.Digest, CancellationToken.None).ConfigureAwait(false);
            Corrupt(logger, blob.Digest, name, table, exception);
            if (context.Response.HasStarted)
            {
                throw;
            }

            context.Response.Clear();
            Miss(context);
        }
    }

    /// <summary>PUT: stores the content and lets the key stand for it. 201 for a new key, 200 for one that was set.</summary>
    public Task PutAsync(HttpContext context, string table, string name) =>
        PutAsync(context, table, name, CacheBody.Open(context, options.MaximumBlobSize));

    /// <summary>The same with content that was read already.</summary>
    public async Task PutAsync(HttpContext context, string table, string name, Stream content)
    {
        var digest = await contents.StoreAsync(content, context.Request.ContentLength, options.MaximumBlobSize, context.RequestAborted).ConfigureAwait(false);
        using var hold = await leases.HoldAsync(digest, context.RequestAborted).ConfigureAwait(false);
        bool created = await cache.SetAsync(table, name, digest, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.Headers.ETag = $"\"{digest}\"";
    }

    /// <summary>DELETE: 204 where the key was set, 404 where not.</summary>
    public async Task DeleteAsync(HttpContext context, string table, string name) =>
        context.Response.StatusCode = await cache.RemoveAsync(table, name, context.RequestAborted).ConfigureAwait(false)
            ? StatusCodes.Status204NoContent
            : StatusCodes.Status404NotFound;

    /// <summary>Answers that nothing is stored.</summary>
    public static void Miss(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentLength = 0;
    }

    private async Task HeadAsync(HttpContext context, string table, string name)
    {
        if (await cache.FindAsync(table, name, context.RequestAborted).ConfigureAwait(false) is { } found)
        {
            context.Response.ContentType = MediaTypes.OctetStream;
            BlobResponse.WriteHead(context, found.Digest, found.Size);
        }
        else
        {
            Miss(context);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored bytes of {Digest} do not hash to it: {Name} of {Table} is removed and answered as a miss")]
    private static partial void Corrupt(ILogger logger, Digest digest, string name, string table, Exception exception);
}
