using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Provenance.ArtifactStore.Caches;
using Provenance.ArtifactStore.Caches.Actions;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>Registers the caches.</summary>
public static class CacheServices
{
    /// <summary>Adds what <see cref="CacheRoutes.MapCaches"/> needs beside <see cref="ArtifactStoreServices.AddArtifactStore"/>.</summary>
    public static IServiceCollection AddCaches(this IServiceCollection services)
    {
        services.TryAddSingleton<IKeyTable, MemoryKeyTable>();
        services.AddSingleton<KeyedCache>();
        services.AddSingleton<NamelessContent>();
        services.AddSingleton<CompletenessCheck>();
        services.AddSingleton<CacheEntries>();
        services.AddSingleton<CollectionListing>();
        services.AddSingleton<ContentAddressedEndpoints>();
        services.AddSingleton<FindMissingEndpoint>();
        services.AddSingleton<ActionCacheEndpoints>();
        services.AddSingleton<KeyedCacheEndpoints>();
        return services;
    }
}
