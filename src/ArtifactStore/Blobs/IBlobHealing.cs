using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>Knows where else the content of blobs is.</summary>
public interface IBlobHealing
{
    /// <summary>Writes a blob anew that is corrupt here; false where nobody has it.</summary>
    Task<bool> HealAsync(Digest digest, CancellationToken cancellationToken);
}
