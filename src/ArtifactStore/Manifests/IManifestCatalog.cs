using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>What the store holds, for those who derive an index from it. Reads the store itself, so it is complete and costs accordingly.</summary>
public interface IManifestCatalog
{
    /// <summary>The names of all repositories that hold a manifest or a blob, parents before children.</summary>
    IAsyncEnumerable<string> ListRepositoriesAsync(CancellationToken cancellationToken);

    /// <summary>Every stored manifest that has a subject, of every repository.</summary>
    IAsyncEnumerable<StoredManifest> ListReferrersAsync(CancellationToken cancellationToken);

    /// <summary>Looks content up by digest; null where the store does not hold it.</summary>
    Task<StoredContent?> FindAsync(Digest digest, CancellationToken cancellationToken);
}
