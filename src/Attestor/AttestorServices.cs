using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.Attestor.Attesting;

namespace Provenance.Attestor;

/// <summary>Registers what the attestor offers.</summary>
public static class AttestorServices
{
    /// <summary>
    /// Adds the use case that attests runs, one line each. The composition root adds what it needs: <see cref="AttestorOptions"/>, an
    /// <see cref="Signing.ISigner"/> and an <see cref="ArtifactStore.Registries.IRegistryClient"/>.
    /// </summary>
    public static IServiceCollection AddAttestor(this IServiceCollection services) => services
        .AddTransient<AttestationPublisher>()
        .AddTransient<IRequestHandler<AttestRun, AttestedRun>, AttestRunHandler>();
}
