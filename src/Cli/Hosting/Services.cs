using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Signing;
using Provenance.Watcher;

namespace Provenance.Cli.Hosting;

/// <summary>Composes the use cases for a command.</summary>
internal static class Services
{
    /// <summary>For commands that attest.</summary>
    public static ServiceProvider ForAttesting(AttestorOptions options, ISigner signer) => Common()
        .AddSingleton(options)
        .AddSingleton(signer)
        .AddAttestor()
        .AddVerification()
        .AddWatcher()
        .BuildServiceProvider();

    /// <summary>For commands that verify.</summary>
    public static ServiceProvider ForVerifying() => Common().AddVerification().BuildServiceProvider();

    private static IServiceCollection Common() => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddSingleton<IRegistryClient>(static provider => new RemoteRegistry(new RemoteRegistryOptions(), provider.GetRequiredService<TimeProvider>()))
        .AddMediator();
}
