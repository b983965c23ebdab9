using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>Content that the store holds.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="MediaType">Its media type where some repository holds it as a manifest; null for a blob.</param>
/// <param name="Repositories">The repositories that hold it, sorted; empty for content that was stored by digest alone.</param>
public sealed record StoredContent(Digest Digest, long Size, string? MediaType, IReadOnlyList<string> Repositories);
