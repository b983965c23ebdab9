using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Caches.Actions;

/// <summary>A blob that an action result refers to: its SHA-256 and its size in bytes.</summary>
internal readonly record struct SizedDigest(Digest Digest, long Size);
