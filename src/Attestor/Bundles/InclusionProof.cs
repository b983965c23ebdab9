namespace Provenance.Attestor.Bundles;

/// <summary>The proof in a bundle that a log holds an entry (sigstore_rekor.proto); as read, not verified.</summary>
/// <param name="LogIndex">The entry's place in the tree that the checkpoint speaks of.</param>
/// <param name="RootHash">A copy of the checkpoint's root hash; empty where the bundle has none.</param>
/// <param name="TreeSize">A copy of the checkpoint's size.</param>
/// <param name="Hashes">The audit path, from the leaf to the root (RFC 6962, section 2.1.1).</param>
/// <param name="Checkpoint">The signed note of the log's state; null where the bundle has none.</param>
public sealed record InclusionProof(long LogIndex, ReadOnlyMemory<byte> RootHash, long TreeSize, IReadOnlyList<ReadOnlyMemory<byte>> Hashes, string? Checkpoint);
