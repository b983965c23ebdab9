using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Provenance.ArtifactStore.Serving;

/// <summary>
/// Chooses the registry's endpoint for requests below <c>/v2/</c> before routing does, which then leaves it at that. What guards endpoints
/// sees the same endpoint with the same metadata as without the shortcut.
/// </summary>
public static class RegistryShortcut
{
    /// <summary>Adds the shortcut. It comes before <c>UseRouting</c>, which must be called, or an application puts routing first.</summary>
    public static IApplicationBuilder UseRegistryShortcut(this IApplicationBuilder application)
    {
        ArgumentNullException.ThrowIfNull(application);
        var sources = application.ApplicationServices.GetRequiredService<EndpointDataSource>();
        Endpoint? registry = null;
        return application.Use(next => context =>
        {
            if (context.Request.Path.Value is { } path && path.StartsWith("/v2/", StringComparison.Ordinal))
            {
                registry ??= sources.Endpoints.Single(static e => e.Metadata.GetMetadata<RegistryEndpoints>() is not null);
                context.SetEndpoint(registry);
            }

            return next(context);
        });
    }
}
