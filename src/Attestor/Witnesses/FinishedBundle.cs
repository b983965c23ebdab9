using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Witnesses;

/// <summary>Writes bundles, and reads them again for whoever verifies them as a stranger would.</summary>
internal static class FinishedBundle
{
    /// <summary>The bundle of a witnessed signature.</summary>
    public static byte[] Write(UnfinishedSignature signature) => signature.Content is EnvelopeContent attestation
        ? BundleWriter.Write(attestation.Envelope.Payload.Span, signature.Content.Signature.Span, signature.ToMaterial())
        : BundleWriter.WriteMessage(signature.Content.HashOfSigned(HashAlgorithmName.SHA256), signature.Content.Signature.Span, signature.ToMaterial());

    /// <summary>What a bundle holds; nothing of it is taken from anywhere but its bytes.</summary>
    /// <param name="bundle">The bytes.</param>
    /// <param name="artifact">The SHA-256 of the artifact of a plain signature.</param>
    /// <exception cref="EvidenceException">It cannot be read.</exception>
    public static (BundleMaterial Material, SignedContent Content) Read(ReadOnlyMemory<byte> bundle, ReadOnlyMemory<byte> artifact)
    {
        var (material, envelope, message) = BundleReader.Read(bundle);
        return (material, envelope is not null
            ? new EnvelopeContent(envelope)
            : new MessageContent(message!, algorithm => algorithm == HashAlgorithmName.SHA256 ? artifact.ToArray() : null));
    }

    /// <summary>What is said of a bundle that does not hold although every answer did.</summary>
    public static SigningServiceException Refuse(EvidenceException fault)
    {
        string found = fault is { Expected: { } expected, Actual: { } actual } ? $" Expected {expected}, found {actual}." : "";
        return new SigningServiceException(
            SigningServiceException.BadAnswer, $"The bundle that was made does not verify under the trusted root and was not handed out. {fault.Code}: {fault.Message}{found}", innerException: fault);
    }
}
