using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>A blob store that takes over whole files of the data folder, such as finished uploads.</summary>
internal interface IBlobAdoption : IBlobStore
{
    /// <summary>
    /// Takes over a file that has been found to hash to <paramref name="digest"/>, and with it changes keys; false where the blob was
    /// there already. The file is gone afterwards, except when the storage fails: then the same file may be offered again.
    /// </summary>
    Task<bool> AdoptAsync(Digest digest, string path, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken);
}
