using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Attestor.Tests.Attesting;

/// <summary>The real client, until the connection is lost at the given push.</summary>
internal sealed class BreakingRegistry(IRegistryClient real, int pushes) : IRegistryClient
{
    private int done;

    public IRepository Repository(Reference reference) => new BreakingRepository(this, real.Repository(reference));

    private void CountPush()
    {
        if (++done >= pushes)
        {
            throw new RegistryException("UNAVAILABLE", "The connection was lost.", isTransient: true);
        }
    }

    private sealed class BreakingRepository(BreakingRegistry registry, IRepository real) : IRepository
    {
        public string Name => real.Name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) => real.ResolveAsync(tagOrDigest, cancellationToken);

        public Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken) => real.FetchManifestAsync(digest, cancellationToken);

        public Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken) => real.FetchBlobAsync(digest, maximumSize, cancellationToken);

        public Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken) => real.FetchReferrersAsync(subject, cancellationToken);

        public Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
            real.FindReferrersAsync(subject, artifactType, cancellationToken);

        public Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            registry.CountPush();
            return real.PushBlobAsync(descriptor, content, cancellationToken);
        }

        public Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken)
        {
            registry.CountPush();
            return real.PushManifestAsync(mediaType, content, tag, cancellationToken);
        }
    }
}
