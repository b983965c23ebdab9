namespace Provenance.ArtifactStore.Registries;

/// <summary>A manifest's exact bytes with the descriptor they were checked against.</summary>
public sealed record FetchedManifest(Descriptor Descriptor, byte[] Content);
