using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>
/// <c>/cache/namespace/key</c>: content under opaque keys, for every build tool that can GET and PUT. Namespaces know nothing of each
/// other's keys. The little of WebDAV (RFC 4918) that clients ask for before they write is answered as well.
/// </summary>
internal sealed class KeyedCacheEndpoints(CacheEntries entries, CollectionListing listing, OciErrors errors)
{
    /// <summary>Answers one request: GET, HEAD, PUT and DELETE for entries, PROPFIND and MKCOL for both entries and collections.</summary>
    public Task HandleAsync(HttpContext context) => errors.RunAsync(context, DispatchAsync);

    private static Task MakeCollectionAsync(HttpContext context)
    {
        // Collections are what keys have in common. There is nothing to make, and what was never made is there as well.
        context.Response.StatusCode = StatusCodes.Status201Created;
        return Task.CompletedTask;
    }

    private static Task MissAsync(HttpContext context)
    {
        CacheEntries.Miss(context);
        return Task.CompletedTask;
    }

    private Task DispatchAsync(HttpContext context)
    {
        CachePath.RequirePlain(context);
        if (!KeyedCacheRoute.TryParse(context.Request.RouteValues["path"] as string ?? "", out var route))
        {
            throw CachePath.Refused();
        }

        var action = context.Request.Method switch { "PUT" or "MKCOL" => AccessAction.SetKey, "DELETE" => AccessAction.Delete, _ => AccessAction.Read };
        RequestAccess.Require(context, action, AccessResource.Cache(route.Space));
        return (context.Request.Method, route.IsCollection) switch
        {
            ("GET" or "HEAD", false) => entries.GetAsync(context, route.Table, route.Key),
            ("GET" or "HEAD", true) => MissAsync(context),
            ("PUT", false) => entries.PutAsync(context, route.Table, route.Key),
            ("DELETE", false) => entries.DeleteAsync(context, route.Table, route.Key),
            ("PROPFIND", _) => listing.AnswerAsync(context, route),
            ("MKCOL", _) => MakeCollectionAsync(context),
            (_, true) => throw CachePath.NotAllowed(context, "GET, HEAD, PROPFIND, MKCOL"),
            _ => throw CachePath.NotAllowed(context, "GET, HEAD, PUT, DELETE, PROPFIND, MKCOL"),
        };
    }
}
