using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>A blob whose stored bytes did not hash to its name.</summary>
/// <param name="Digest">The name.</param>
/// <param name="IsHealed">Whether it was fetched anew and is right again.</param>
public sealed record CorruptBlob(Digest Digest, bool IsHealed);
