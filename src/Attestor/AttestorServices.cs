using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Manifests;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor;

/// <summary>Registers what the attestor offers.</summary>
public static class AttestorServices
{
    /// <summary>
    /// Adds the use case that attests runs, one line each. The composition root adds what it needs: <see cref="AttestorOptions"/>, an
    /// <see cref="Bundles.IBundleSigner"/> and an <see cref="ArtifactStore.Registries.IRegistryClient"/>.
    /// </summary>
    public static IServiceCollection AddAttestor(this IServiceCollection services) => services
        .AddTransient<AttestationPublisher>()
        .AddTransient<IRequestHandler<AttestRun, AttestedRun>, AttestRunHandler>();

    /// <summary>Adds the use case that verifies artifacts.</summary>
    public static IServiceCollection AddVerification(this IServiceCollection services) => services
        .AddTransient<IRequestHandler<VerifyArtifact, Verdict>, VerifyArtifactHandler>();

    /// <summary>The use case that verifies artifacts by itself, for a program that has no container.</summary>
    public static IRequestHandler<VerifyArtifact, Verdict> Verification(TimeProvider time) => new VerifyArtifactHandler(time);

    /// <summary>
    /// Adds the use case that looks digests up, over a store in this process. The composition root adds the <see cref="AttestationIndex"/>
    /// and the <see cref="TrustedSigners"/>.
    /// </summary>
    public static IServiceCollection AddLookups(this IServiceCollection services) => services
        .AddSingleton<AttestationIndexer>()
        .AddSingleton<IManifestObserver>(static provider => provider.GetRequiredService<AttestationIndexer>())
        .AddTransient<IRequestHandler<LookupDigest, DigestLookup>, LookupDigestHandler>();
}
