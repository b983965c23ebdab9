using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Keys.Disks;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Upgrades;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Registers the artifact store.</summary>
public static class ArtifactStoreServices
{
    /// <summary>
    /// Adds <see cref="IBlobStore"/>, <see cref="IBlobUploads"/>, <see cref="IKeyTable"/>, <see cref="IManifestCatalog"/> and what the endpoints need. The data
    /// folder is taken into possession when the first of them is made, and given back when the provider is disposed.
    /// </summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services, ArtifactStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton(options);
        services.AddSingleton(new BlobLimits(options.MaximumBlobSize, options.MaximumUploads, options.UploadLifetime));
        services.AddSingleton(_ => Open(options));
        services.AddSingleton(provider => StoreUpgrade.Open(
            provider.GetRequiredService<DataFolder>(),
            new LogOptions(),
            new LocalDisk(options.Durability),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StoreLog>>()));
        services.AddSingleton<IKeyTable, DiskKeyTable>();
        services.AddSingleton<DiskBlobStore>();
        services.AddSingleton<DiskBlobUploads>();
        services.AddSingleton(options.Space);
        services.AddSingleton<BlobLeases>();
        services.AddSingleton<IBlobScrubber, DiskBlobScrubber>();
        services.AddSingleton<IBlobCompaction, DiskBlobCompaction>();
        if (options.S3 is { } s3)
        {
            services.AddS3Blobs(s3);
            services.AddSingleton<IBlobUploads>(static provider => provider.GetRequiredService<DiskBlobUploads>());
        }
        else
        {
            services.AddSingleton<IBlobAdoption>(static provider => provider.GetRequiredService<DiskBlobStore>());
            services.AddSingleton<SpaceCollector>();
            services.AddSingleton<SpaceGuard>();
            services.AddSingleton<ISpace, StoreSpace>();
            services.AddSingleton<IBlobStore, LeasedBlobStore>();
            services.AddSingleton<IBlobUploads, LeasedBlobUploads>();
        }

        services.AddSingleton<ReferrerStore>();
        services.AddSingleton<ManifestStore>();
        services.AddSingleton<IManifestCatalog, ManifestCatalog>();
        services.AddUpstreams(options.Upstreams);
        services.AddSingleton<OciErrors>();
        services.AddSingleton<BlobEndpoints>();
        services.AddSingleton<UploadEndpoints>();
        services.AddSingleton<ManifestEndpoints>();
        services.AddSingleton<ReferrerEndpoints>();
        services.AddSingleton<TagEndpoints>();
        services.AddSingleton<RegistryEndpoints>();
        return services;
    }

    /// <summary>Collects every <see cref="SpaceOptions.Interval"/> while the store is served. Needs <see cref="AddArtifactStore"/>.</summary>
    public static IServiceCollection AddCollections(this IServiceCollection services) => services.AddHostedService<SpaceKeeper>();

    private static DataFolder Open(ArtifactStoreOptions options)
    {
        var folder = DataFolder.Open(options.Folder);
        try
        {
            BackendFile.Require(folder, options.S3?.Place);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
