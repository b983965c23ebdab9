using Microsoft.AspNetCore.Builder;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Says how endpoints are guarded.</summary>
public static class AccessRequirements
{
    /// <summary>The endpoint is for everybody, such as one that says whether the server lives.</summary>
    public static TBuilder AllowEveryone<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(AccessRequirement.Open);

    /// <summary>The endpoint asks by itself.</summary>
    internal static TBuilder RequireAccessInside<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(AccessRequirement.Inside);
}
