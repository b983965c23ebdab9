using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// Verifies one bundle for one artifact: an attestation that names the artifact among its subjects, or a plain signature over it.
/// </summary>
/// <param name="signatures">How signatures are verified; null for those by keys of which nothing else is asked.</param>
/// <param name="signer">Who has to have signed.</param>
public sealed class BundleVerifier(SignatureVerifier? signatures, BundleSigner signer)
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundle">The JSON of the bundle.</param>
    /// <param name="hashOfArtifact">The artifact's hash, computed by the caller; null for a function that the caller cannot compute.</param>
    public BundleVerdict Verify(ReadOnlyMemory<byte> bundle, Func<HashAlgorithmName, byte[]?> hashOfArtifact)
    {
        ArgumentNullException.ThrowIfNull(hashOfArtifact);
        try
        {
            var (material, envelope, message) = BundleReader.Read(bundle);
            SignedContent content = envelope is not null ? new EnvelopeContent(envelope) : new MessageContent(message!, hashOfArtifact);
            var signature = VerifySignature(material, content);
            if (envelope is not null)
            {
                RequireSubject(envelope, hashOfArtifact);
            }

            signer.Identity?.Verify(signature.Identity);
            return new BundleVerdict(signature);
        }
        catch (EvidenceException e)
        {
            return new BundleVerdict(new CheckFailure(e.Code, e.Message, e.Expected, e.Actual));
        }
    }

    private VerifiedSignature VerifySignature(BundleMaterial material, SignedContent content) => (signatures, signer.Key) switch
    {
        (null, { } key) => SignatureVerifier.VerifyKeyAlone(material, content, key),
        ({ } verifier, { } key) => verifier.VerifyKey(material, content, key),
        ({ } verifier, null) => verifier.VerifyCertificate(material, content),
        _ => throw new InvalidOperationException("An identity cannot be verified without a trusted root."),
    };

    private static void RequireSubject(Envelope envelope, Func<HashAlgorithmName, byte[]?> hashOfArtifact)
    {
        if (envelope.PayloadType is not Envelope.StatementPayloadType)
        {
            throw new EvidenceException(VerdictCodes.PayloadType, $"The payload type is \"{StrictJson.Excerpt(envelope.PayloadType)}\".")
            {
                Expected = Envelope.StatementPayloadType,
                Actual = StrictJson.Excerpt(envelope.PayloadType),
            };
        }

        var statement = StatementReader.Read(envelope.Payload);
        string? sha256 = hashOfArtifact(HashAlgorithmName.SHA256) is { } hash ? Convert.ToHexStringLower(hash) : null;
        var named = statement.Subjects.Select(static subject => subject.Digest?.Find("sha256")).OfType<string>().ToList();
        if (sha256 is null || !named.Contains(sha256, StringComparer.Ordinal))
        {
            throw new EvidenceException(named.Count > 0 ? VerdictCodes.SubjectMismatch : VerdictCodes.SubjectWeakDigest, "The statement's subjects do not include the artifact.")
            {
                Expected = $"sha256:{sha256}",
                Actual = named.Count > 0 ? string.Join(", ", named.Take(3).Select(static hex => $"sha256:{hex}")) : "no sha256 digest",
            };
        }
    }
}
