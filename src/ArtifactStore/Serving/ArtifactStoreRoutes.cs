using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Maps the protocols that the artifact store speaks. Needs <see cref="ArtifactStoreServices.AddArtifactStore"/>.</summary>
public static class ArtifactStoreRoutes
{
    /// <summary>Maps the OCI registry below <c>/v2/</c> (distribution-spec 1.1). Opens the data folder, so that a faulty one stops the start.</summary>
    public static IEndpointConventionBuilder MapRegistry(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var registry = endpoints.ServiceProvider.GetRequiredService<RegistryEndpoints>();
        return endpoints.Map("/v2/{**path}", registry.HandleAsync).RequireAccessInside();
    }

    /// <summary>Maps <c>/cas/</c> with the SHA-256 of a blob in hexadecimal: GET, HEAD and PUT.</summary>
    public static IEndpointConventionBuilder MapContentAddressedStore(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var store = endpoints.ServiceProvider.GetRequiredService<ContentAddressedEndpoints>();
        var errors = endpoints.ServiceProvider.GetRequiredService<OciErrors>();
        var group = endpoints.MapGroup("/cas");
        group.MapMethods("/{hex}", [HttpMethods.Get, HttpMethods.Head], context => errors.RunAsync(context, store.GetAsync));
        group.MapPut("/{hex}", context => errors.RunAsync(context, store.PutAsync));
        group.RequireAccess(static context => new AccessRequest(IsReading(context) ? AccessAction.Read : AccessAction.Write, AccessResource.ContentStore));
        return group;
    }

    private static bool IsReading(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
}
