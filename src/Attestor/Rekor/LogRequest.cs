using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Rekor;

/// <summary>Writes what is asked of a transparency log: to enter a signature by an ECDSA P-256 key, with who made it and what it is over.</summary>
internal static class LogRequest
{
    /// <summary>The kind of entries in logs of version 2.</summary>
    public const string Version2Kind = "hashedrekord";

    /// <summary>The version of that kind.</summary>
    public const string Version2KindVersion = "0.0.2";

    /// <summary>
    /// The request to logs of version 1 (<c>POST /api/v1/log/entries</c>): of attestations <c>dsse 0.0.1</c>, which shows the log the
    /// whole envelope, of plain signatures <c>hashedrekord 0.0.1</c>.
    /// </summary>
    public static byte[] WriteVersion1(SignedContent content, LoggedSigner signer) => Write(writer =>
    {
        writer.WriteString("apiVersion"u8, "0.0.1"u8);
        writer.WriteStartObject("spec"u8);
        if (content is EnvelopeContent attestation)
        {
            writer.WriteStartObject("proposedContent"u8);
            writer.WriteString("envelope"u8, WriteEnvelope(attestation.Envelope));
            writer.WriteStartArray("verifiers"u8);
            writer.WriteBase64StringValue(Pem(signer));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartObject("data"u8);
            writer.WriteStartObject("hash"u8);
            writer.WriteString("algorithm"u8, "sha256"u8);
            writer.WriteString("value"u8, Convert.ToHexStringLower(HashOf(content)));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("signature"u8);
            writer.WriteBase64String("content"u8, content.Signature.Span);
            writer.WriteStartObject("publicKey"u8);
            writer.WriteBase64String("content"u8, Pem(signer));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteString("kind"u8, content is EnvelopeContent ? "dsse"u8 : "hashedrekord"u8);
    });

    /// <summary>The request to logs of version 2 (<c>POST /api/v2/log/entries</c>), which are shown the hash of the signed bytes and no more.</summary>
    public static byte[] WriteVersion2(SignedContent content, LoggedSigner signer) => Write(writer =>
    {
        writer.WriteStartObject("hashedRekordRequestV002"u8);
        writer.WriteBase64String("digest"u8, HashOf(content));
        WriteSignature(writer, content, signer);
        writer.WriteEndObject();
    });

    /// <summary>
    /// What a log of version 2 makes of that request, to the byte: the leaf of its tree, with the members of all objects in order (JCS).
    /// </summary>
    public static byte[] WriteVersion2Entry(SignedContent content, LoggedSigner signer) => Write(writer =>
    {
        writer.WriteString("apiVersion"u8, Version2KindVersion);
        writer.WriteString("kind"u8, Version2Kind);
        writer.WriteStartObject("spec"u8);
        writer.WriteStartObject("hashedRekordV002"u8);
        writer.WriteStartObject("data"u8);
        writer.WriteString("algorithm"u8, "SHA2_256"u8);
        writer.WriteBase64String("digest"u8, HashOf(content));
        writer.WriteEndObject();
        WriteSignature(writer, content, signer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static void WriteSignature(Utf8JsonWriter writer, SignedContent content, LoggedSigner signer)
    {
        writer.WriteStartObject("signature"u8);
        writer.WriteBase64String("content"u8, content.Signature.Span);
        writer.WriteStartObject("verifier"u8);
        writer.WriteString("keyDetails"u8, "PKIX_ECDSA_P256_SHA_256"u8);
        writer.WriteStartObject(signer.IsCertificate ? "x509Certificate"u8 : "publicKey"u8);
        writer.WriteBase64String("rawBytes"u8, signer.Encoded.Span);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static byte[] WriteEnvelope(Envelope envelope) => Write(writer =>
    {
        writer.WriteBase64String("payload"u8, envelope.Payload.Span);
        writer.WriteString("payloadType"u8, envelope.PayloadType);
        writer.WriteStartArray("signatures"u8);
        writer.WriteStartObject();
        writer.WriteBase64String("sig"u8, envelope.Signatures[0].Value.Span);
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    private static byte[] HashOf(SignedContent content) =>
        content.HashOfSigned(HashAlgorithmName.SHA256) ?? throw new ArgumentException("The SHA-256 of the signed content is not known.", nameof(content));

    private static byte[] Pem(LoggedSigner signer) =>
        Encoding.ASCII.GetBytes(PemEncoding.WriteString(signer.IsCertificate ? "CERTIFICATE" : "PUBLIC KEY", signer.Encoded.Span) + "\n");

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new PooledBuffer(4096);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }
}
