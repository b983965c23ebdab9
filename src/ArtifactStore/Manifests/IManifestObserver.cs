using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>
/// Hears of every manifest that a client pushed, after it is durable and before the client is answered. A failure is logged and does
/// not fail the push, so an observer must be able to catch up from <see cref="IManifestCatalog"/>.
/// </summary>
public interface IManifestObserver
{
    /// <summary>A manifest was stored, or pushed again, in a repository.</summary>
    ValueTask ManifestStoredAsync(string repository, Descriptor manifest, Digest? subject, CancellationToken cancellationToken);
}
