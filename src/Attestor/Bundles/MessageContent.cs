using System.Security.Cryptography;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Bundles;

/// <summary>A plain signature over an artifact.</summary>
/// <param name="message">The signature, with the digest that the bundle states.</param>
/// <param name="hashOfArtifact">The artifact's hash, computed by the caller; null for a function that the caller cannot compute.</param>
internal sealed class MessageContent(SignedMessage message, Func<HashAlgorithmName, byte[]?> hashOfArtifact) : SignedContent
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Signature => message.Signature;

    /// <inheritdoc/>
    internal override byte[]? HashOfPayload(HashAlgorithmName algorithm) => null;

    /// <inheritdoc/>
    internal override byte[]? HashOfSigned(HashAlgorithmName algorithm) => algorithm == message.Algorithm ? message.Digest.ToArray() : hashOfArtifact(algorithm);

    /// <inheritdoc/>
    internal override bool IsSignedBy(SignatureKey key)
    {
        if (key.SignsContentOnly)
        {
            throw new EvidenceException("KEY_ALG_UNSUPPORTED", $"Plain signatures by {key.Algorithm} keys are not supported; ECDSA and RSA are.");
        }

        RequireHash(message.Algorithm, message.Digest.Span);
        return hashOfArtifact(key.Hash) is { } hash
            ? key.VerifyHash(hash, message.Signature.Span)
            : throw new EvidenceException("SUBJECT_WEAK_DIGEST", $"The signature is over the {key.Hash} digest of the artifact; name the file instead of another digest.") { Expected = key.Hash.Name };
    }

    private void RequireHash(HashAlgorithmName algorithm, ReadOnlySpan<byte> stated)
    {
        if (hashOfArtifact(algorithm) is { } actual && !stated.SequenceEqual(actual))
        {
            throw new EvidenceException("SUBJECT_MISMATCH", "The bundle was signed for another artifact.")
            {
                Expected = Text(actual),
                Actual = Text(stated),
            };
        }

        string Text(ReadOnlySpan<byte> hash) => $"{algorithm.Name!.ToLowerInvariant()}:{Convert.ToHexStringLower(hash)}";
    }
}
