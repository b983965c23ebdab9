using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Caches;
using Provenance.ArtifactStore.Caches.Actions;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>
/// <c>/ac/hex</c> and <c>/instance/ac/hex</c>: results of actions by the SHA-256 of the action, as in Bazel's HTTP cache protocol. Results are
/// opaque, so that ccache may keep its own here, unless only complete ones are to be served.
/// </summary>
internal sealed class ActionCacheEndpoints(
    CacheEntries entries, KeyedCache cache, CompletenessCheck completeness, OciErrors errors, ArtifactStoreOptions options)
{
    /// <summary>Answers one request: GET, HEAD, PUT and DELETE.</summary>
    public Task HandleAsync(HttpContext context) => errors.RunAsync(context, DispatchAsync);

    private Task DispatchAsync(HttpContext context)
    {
        string name = OciErrors.ParseDigest($"sha256:{context.Request.RouteValues["hex"]}").Hex;
        CachePath.RequirePlain(context);
        string? instance = context.Request.RouteValues["instance"] as string;
        if (instance is not null && !CacheTable.IsName(instance))
        {
            throw CachePath.Refused();
        }

        string table = CacheTable.OfActions(instance);
        var action = context.Request.Method switch { "PUT" => AccessAction.SetKey, "DELETE" => AccessAction.Delete, _ => AccessAction.Read };
        RequestAccess.Require(context, action, AccessResource.Cache(table));
        return context.Request.Method switch
        {
            "GET" or "HEAD" => GetAsync(context, table, name),
            "PUT" => PutAsync(context, table, name),
            "DELETE" => entries.DeleteAsync(context, table, name),
            _ => throw CachePath.NotAllowed(context, "GET, HEAD, PUT, DELETE"),
        };
    }

    private async Task GetAsync(HttpContext context, string table, string name)
    {
        if (options.CompleteActionResultsOnly && !await IsCompleteAsync(table, name, context.RequestAborted).ConfigureAwait(false))
        {
            CacheEntries.Miss(context);
            return;
        }

        await entries.GetAsync(context, table, name).ConfigureAwait(false);
    }

    private async Task PutAsync(HttpContext context, string table, string name)
    {
        if (!options.CompleteActionResultsOnly)
        {
            await entries.PutAsync(context, table, name).ConfigureAwait(false);
            return;
        }

        byte[] content = await CacheBody.ReadAllAsync(context, CompletenessCheck.MaximumMessageSize).ConfigureAwait(false);
        try
        {
            ActionResult.Parse(content);
        }
        catch (FormatException exception)
        {
            throw new OciException(
                StatusCodes.Status400BadRequest, "UNSUPPORTED", $"The content is no action result: {exception.Message}. Only those are kept here.");
        }

        using var stream = new MemoryStream(content, writable: false);
        await entries.PutAsync(context, table, name, stream).ConfigureAwait(false);
    }

    private async Task<bool> IsCompleteAsync(string table, string name, CancellationToken cancellationToken)
    {
        using var blob = await cache.OpenAsync(table, name, cancellationToken).ConfigureAwait(false);
        if (blob is null)
        {
            return false;
        }

        try
        {
            byte[] content = await blob.ReadAllAsync(CompletenessCheck.MaximumMessageSize, cancellationToken).ConfigureAwait(false);
            return await completeness.IsCompleteAsync(ActionResult.Parse(content), cancellationToken).ConfigureAwait(false);
        }
        catch (BlobException exception) when (exception.Code == BlobException.Corrupted)
        {
            await cache.ForgetAsync(table, name, blob.Digest, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        catch (Exception exception) when (exception is FormatException or BlobException)
        {
            // Kept when results were still opaque: nothing that can be called complete.
            return false;
        }
    }
}
