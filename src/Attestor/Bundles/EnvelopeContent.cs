using System.Security.Cryptography;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Bundles;

/// <summary>An attestation: the signature is over the envelope's pre-authentication encoding.</summary>
internal sealed class EnvelopeContent(Envelope envelope) : SignedContent
{
    private readonly byte[] signedBytes = envelope.ToSignedBytes();

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Signature => envelope.Signatures[0].Value;

    /// <summary>What was signed.</summary>
    internal Envelope Envelope => envelope;

    /// <summary>The JSON of an envelope that stands by itself, over which cosign's older layout has timestamps made; null in a bundle.</summary>
    public ReadOnlyMemory<byte>? Bare { get; init; }

    /// <inheritdoc/>
    internal override IReadOnlyList<ReadOnlyMemory<byte>> Stamped =>
        Bare is { } json ? new[] { Signature, json } : new[] { Signature };

    /// <inheritdoc/>
    internal override byte[]? HashOfPayload(HashAlgorithmName algorithm) => CryptographicOperations.HashData(algorithm, envelope.Payload.Span);

    /// <inheritdoc/>
    internal override byte[]? HashOfSigned(HashAlgorithmName algorithm) => CryptographicOperations.HashData(algorithm, signedBytes);

    /// <inheritdoc/>
    internal override bool IsSignedBy(SignatureKey key) => key.Verify(signedBytes, Signature.Span);
}
