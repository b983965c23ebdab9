using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Attesting;

/// <summary>An attestation of ours that is stored already.</summary>
/// <param name="Manifest">The manifest's digest.</param>
/// <param name="Bundle">The bundle's exact bytes.</param>
public sealed record EarlierAttestation(Digest Manifest, ReadOnlyMemory<byte> Bundle);
