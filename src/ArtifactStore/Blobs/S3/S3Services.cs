using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>Registers an object store as the place of the blobs.</summary>
internal static class S3Services
{
    /// <summary>Puts the bucket in the place of the disk; keys and unfinished uploads stay in the data folder.</summary>
    public static IServiceCollection AddS3Blobs(this IServiceCollection services, S3Options options)
    {
        options.Validate();
        services.AddSingleton(provider => new S3Bucket(options, provider.GetRequiredService<TimeProvider>()));

        // What is staged is lost by a crash in any case, and needs no flush.
        services.AddSingleton(provider => new S3BlobStore(
            provider.GetRequiredService<S3Bucket>(),
            provider.GetRequiredService<DataFolder>(),
            new LocalDisk(Durability.None),
            provider.GetRequiredService<IKeyTable>()));
        services.AddSingleton<IBlobStore>(static provider => provider.GetRequiredService<S3BlobStore>());
        services.AddSingleton<IBlobAdoption>(static provider => provider.GetRequiredService<S3BlobStore>());
        services.AddSingleton<IBlobAddresses>(static provider => provider.GetRequiredService<S3BlobStore>());
        return services;
    }
}
