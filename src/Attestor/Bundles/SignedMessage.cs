using System.Security.Cryptography;

namespace Provenance.Attestor.Bundles;

/// <summary>A plain signature over an artifact (sigstore_common.proto, MessageSignature).</summary>
/// <param name="Algorithm">The hash function of <paramref name="Digest"/>.</param>
/// <param name="Digest">The artifact's hash as the bundle states it, which proves nothing by itself.</param>
/// <param name="Signature">The signature over the artifact.</param>
public sealed record SignedMessage(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Digest, ReadOnlyMemory<byte> Signature);
