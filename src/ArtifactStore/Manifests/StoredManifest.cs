using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>A manifest in the store that refers to another.</summary>
/// <param name="Repository">The repository that holds it.</param>
/// <param name="Descriptor">The manifest, with artifact type and annotations as the referrers API lists them.</param>
/// <param name="Subject">What it refers to; the subject itself need not be stored.</param>
public sealed record StoredManifest(string Repository, Descriptor Descriptor, Digest Subject);
