using MediatR;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor;
using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Hosting;

/// <summary>The use case that verifies, for a program that verifies once: without a container, and a registry only where one is asked.</summary>
internal sealed class Verification : IDisposable
{
    private readonly Lazy<RemoteRegistry> registries = new(static () => new RemoteRegistry(new RemoteRegistryOptions(), TimeProvider.System));

    private readonly IRequestHandler<VerifyArtifact, Verdict> verifier = AttestorServices.Verification(TimeProvider.System);

    public IRegistryClient Registries => registries.Value;

    public Task<Verdict> VerifyAsync(VerifyArtifact request, CancellationToken cancellationToken) => verifier.Handle(request, cancellationToken);

    public void Dispose()
    {
        if (registries.IsValueCreated)
        {
            registries.Value.Dispose();
        }
    }
}
