using MediatR;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor;
using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Hosting;

/// <summary>The use case that verifies, for a program that verifies once: without a container, and a registry only where one is asked.</summary>
/// <param name="staysWithRegistry">Whether a registry that leads elsewhere is not followed.</param>
internal sealed class Verification(bool staysWithRegistry) : IDisposable
{
    private readonly Lazy<RemoteRegistry> registries = new(() => new RemoteRegistry(new RemoteRegistryOptions { StaysWithRegistry = staysWithRegistry }, TimeProvider.System));

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
