using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Maps the protocols that the artifact store speaks. Needs <see cref="ArtifactStoreServices.AddArtifactStore"/>.</summary>
public static class ArtifactStoreRoutes
{
    /// <summary>Maps the OCI registry below <c>/v2/</c> (distribution-spec 1.1). Opens the data folder, so that a faulty one stops the start.</summary>
    public static IEndpointConventionBuilder MapRegistry(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var registry = endpoints.ServiceProvider.GetRequiredService<RegistryEndpoints>();
        return endpoints.Map("/v2/{**path}", registry.HandleAsync).WithMetadata(registry).RequireAccessInside();
    }
}
