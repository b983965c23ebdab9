using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Watcher;
using Provenance.Watcher.Runs;

namespace Provenance.Cli.Hosting;

/// <summary>Composes the use cases for a command.</summary>
internal static class Services
{
    /// <summary>For commands that attest, which try a registry again for a while.</summary>
    public static ServiceProvider ForAttesting(AttestorOptions options, IBundleSigner signer, IReadOnlyList<IRunKind> mapped) => ForAttesting(options, signer, mapped, new RemoteRegistryOptions());

    /// <summary>For the watcher, which has its own way of trying again, and takes the names of images from whoever may create runs.</summary>
    public static ServiceProvider ForWatching(AttestorOptions options, IBundleSigner signer, IReadOnlyList<IRunKind> mapped) =>
        ForAttesting(options, signer, mapped, new RemoteRegistryOptions
        {
            Attempts = 1,
            RequestTimeout = TimeSpan.FromSeconds(20),
            MayBeLocal = options.Destination!.NamedRegistries,
        });

    private static ServiceProvider ForAttesting(AttestorOptions options, IBundleSigner signer, IReadOnlyList<IRunKind> mapped, RemoteRegistryOptions registries)
    {
        var services = Common(registries)
            .AddSingleton(options)
            .AddSingleton(signer)
            .AddAttestor()
            .AddVerification()
            .AddWatcher();
        foreach (var kind in mapped)
        {
            services.AddSingleton(kind);
        }

        return services.BuildServiceProvider();
    }

    private static IServiceCollection Common(RemoteRegistryOptions registries) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddSingleton<IRegistryClient>(provider => new RemoteRegistry(registries, provider.GetRequiredService<TimeProvider>()))
        .AddMediator();
}
