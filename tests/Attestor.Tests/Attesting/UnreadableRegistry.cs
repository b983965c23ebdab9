using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Attestor.Tests.Attesting;

/// <summary>The real client, but for content that the registry does not give as it should.</summary>
internal sealed class UnreadableRegistry(IRegistryClient real, Func<Digest, RegistryException?> fault) : IRegistryClient
{
    public int Faults { get; private set; }

    public IRepository Repository(Reference reference) => new UnreadableRepository(this, real.Repository(reference));

    private void Look(Digest digest)
    {
        if (fault(digest) is { } exception)
        {
            Faults++;
            throw exception;
        }
    }

    private sealed class UnreadableRepository(UnreadableRegistry registry, IRepository real) : IRepository
    {
        public string Name => real.Name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) => real.ResolveAsync(tagOrDigest, cancellationToken);

        public Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken)
        {
            registry.Look(digest);
            return real.FetchManifestAsync(digest, cancellationToken);
        }

        public Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken)
        {
            registry.Look(digest);
            return real.FetchBlobAsync(digest, maximumSize, cancellationToken);
        }

        public Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken) => real.FetchReferrersAsync(subject, cancellationToken);

        public Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
            real.FindReferrersAsync(subject, artifactType, cancellationToken);

        public Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => real.PushBlobAsync(descriptor, content, cancellationToken);

        public Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken) =>
            real.PushManifestAsync(mediaType, content, tag, cancellationToken);
    }
}
