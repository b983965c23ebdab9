namespace Provenance.Attestor.Lookups;

/// <summary>An artifact as an attestation names it.</summary>
/// <param name="Name">The name; null where it has none.</param>
/// <param name="Uri">The URI; null where it has none.</param>
/// <param name="Digest">The digest as <c>algorithm:hex</c>, the strongest where there are several; null where it has none.</param>
public sealed record IndexedArtifact(string? Name, string? Uri, string? Digest);
