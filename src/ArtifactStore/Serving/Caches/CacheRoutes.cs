using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>Maps the protocols of build caches. Needs <see cref="CacheServices.AddCaches"/>.</summary>
public static class CacheRoutes
{
    /// <summary>
    /// Maps <c>/cas/</c> and <c>/ac/</c> with a SHA-256 in hexadecimal, alone and below the name of an instance, <c>/cas/find-missing</c>, and
    /// <c>/cache/namespace/</c> with keys that clients choose.
    /// </summary>
    public static IEndpointConventionBuilder MapCaches(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var blobs = services.GetRequiredService<ContentAddressedEndpoints>();
        var actions = services.GetRequiredService<ActionCacheEndpoints>();
        var group = endpoints.MapGroup("");
        group.Map("/cas/find-missing", services.GetRequiredService<FindMissingEndpoint>().HandleAsync);
        group.Map("/cas/{hex}", blobs.HandleAsync);
        group.Map("/{instance}/cas/{hex}", blobs.HandleAsync);
        group.Map("/ac/{hex}", actions.HandleAsync);
        group.Map("/{instance}/ac/{hex}", actions.HandleAsync);
        group.Map("/cache/{**path}", services.GetRequiredService<KeyedCacheEndpoints>().HandleAsync);
        return group.RequireAccessInside();
    }
}
