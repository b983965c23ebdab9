using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>Registers what brings content from upstreams.</summary>
internal static class UpstreamServices
{
    /// <summary>Adds <see cref="Mirrors"/> of the upstreams; of none, if there are none.</summary>
    public static IServiceCollection AddUpstreams(this IServiceCollection services, IReadOnlyList<Upstream> upstreams)
    {
        services.AddSingleton<UpstreamContent>();
        services.AddSingleton<Freshness>();
        services.AddSingleton(provider => new Mirrors(
            upstreams,
            new RemoteRegistry(OptionsFor(upstreams), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<UpstreamContent>(),
            provider.GetRequiredService<ManifestStore>(),
            provider.GetRequiredService<ReferrerStore>(),
            provider.GetRequiredService<IManifestCatalog>(),
            provider.GetRequiredService<Freshness>(),
            provider.GetRequiredService<ILogger<Mirrors>>()));
        services.AddSingleton<IBlobHealing>(static provider => provider.GetRequiredService<Mirrors>());
        return services;
    }

    // A client waits for the answer: better none soon than one late.
    private static RemoteRegistryOptions OptionsFor(IReadOnlyList<Upstream> upstreams) => new()
    {
        PlainHttp = upstreams.Where(static upstream => upstream.PlainHttp).Select(static upstream => upstream.Registry).ToHashSet(StringComparer.Ordinal),
        MayBeLocal = upstreams.Select(static upstream => upstream.Registry).ToHashSet(StringComparer.Ordinal),
        RequestTimeout = TimeSpan.FromSeconds(30),
        Attempts = 2,
    };
}
