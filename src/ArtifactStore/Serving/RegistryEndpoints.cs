using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Leads each request below <c>/v2/</c> to the endpoint that answers it.</summary>
internal sealed class RegistryEndpoints(
    BlobEndpoints blobs,
    UploadEndpoints uploads,
    ManifestEndpoints manifests,
    ReferrerEndpoints referrers,
    TagEndpoints tags,
    Mirrors mirrors,
    OciErrors errors,
    ArtifactStoreOptions options)
{
    private const string Prefix = "/v2/";

    // Made once: a delegate for each request would be the most frequent allocation of all.
    private Func<HttpContext, Task>? dispatch;

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        dispatch ??= DispatchAsync;
        return errors.RunAsync(context, dispatch);
    }

    private static Task PingAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("{}", context.RequestAborted);
    }

    private static AccessAction ActionOf(RegistryResource resource, string method) => (resource, method) switch
    {
        // How far somebody's upload has come, and its end, are the matter of those who may upload.
        (RegistryResource.Uploads or RegistryResource.Upload, _) => AccessAction.Write,
        (_, "GET") => AccessAction.Read,
        (_, "DELETE") => AccessAction.Delete,
        _ => AccessAction.Write,
    };

    private static Task RefuseMethod(HttpContext context, RegistryRoute route) =>
        throw new OciException(
            StatusCodes.Status405MethodNotAllowed,
            "UNSUPPORTED",
            $"{context.Request.Method} is not supported for {route.Resource.ToString().ToLowerInvariant()}.");

    /// <summary>A mirror holds what its upstream has: what is pushed goes there. Deleting is dropping a copy.</summary>
    private void RefuseToMirror(RegistryRoute route, string method)
    {
        if (ActionOf(route.Resource, method) is AccessAction.Write && mirrors.Covers(route.Repository))
        {
            throw new OciException(
                StatusCodes.Status403Forbidden, "DENIED", $"Repository {route.Repository} mirrors another registry. Push to that registry.");
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        string whole = context.Request.Path.Value ?? "";
        string path = whole.Length > Prefix.Length ? whole[Prefix.Length..] : "";
        if (!RegistryRoute.TryParse(path, out var route) || (route.Resource == RegistryResource.Referrers && !options.ReferrersApi))
        {
            throw new OciException(StatusCodes.Status404NotFound, "UNSUPPORTED", "The registry knows no such path.");
        }

        string method = context.Request.Method == HttpMethods.Head ? HttpMethods.Get : context.Request.Method;
        if (route.Resource is RegistryResource.Root)
        {
            RequestAccess.RequireEntrance(context);
        }
        else
        {
            RequestAccess.Require(context, ActionOf(route.Resource, method), AccessResource.Repository(route.Repository));
            RefuseToMirror(route, method);
        }

        return (route.Resource, method) switch
        {
            (RegistryResource.Root, "GET") => PingAsync(context),
            (RegistryResource.Blob, "GET") => blobs.GetAsync(context, route),
            (RegistryResource.Blob, "DELETE") => blobs.DeleteAsync(context, route),
            (RegistryResource.Uploads, "POST") => uploads.StartAsync(context, route),
            (RegistryResource.Upload, "GET") => uploads.GetAsync(context, route),
            (RegistryResource.Upload, "PATCH") => uploads.AppendAsync(context, route),
            (RegistryResource.Upload, "PUT") => uploads.CompleteAsync(context, route),
            (RegistryResource.Upload, "DELETE") => uploads.CancelAsync(context, route),
            (RegistryResource.Manifest, "GET") => manifests.GetAsync(context, route),
            (RegistryResource.Manifest, "PUT") => manifests.PutAsync(context, route),
            (RegistryResource.Manifest, "DELETE") => manifests.DeleteAsync(context, route),
            (RegistryResource.Referrers, "GET") => referrers.ListAsync(context, route),
            (RegistryResource.Tags, "GET") => tags.ListAsync(context, route),
            _ => RefuseMethod(context, route),
        };
    }
}
