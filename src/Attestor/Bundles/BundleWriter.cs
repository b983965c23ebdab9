using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Bundles;

/// <summary>
/// Writes a signed statement as a bundle that every verifier accepts: version 0.3, one signature without <c>keyid</c>, the key's hint,
/// nothing else. The same input gives the same bytes.
/// </summary>
public static class BundleWriter
{
    private static ReadOnlySpan<byte> BeforeHint =>
        "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":{\"publicKey\":{\"hint\":\""u8;

    private static ReadOnlySpan<byte> BeforePayload => "\"}},\"dsseEnvelope\":{\"payload\":\""u8;

    private static ReadOnlySpan<byte> BeforeSignature => "\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}]}}"u8;

    /// <summary>The bundle's bytes.</summary>
    /// <param name="statement">The exact bytes whose pre-authentication encoding was signed as <c>application/vnd.in-toto+json</c>.</param>
    /// <param name="signature">The signature, an ASN.1 DER sequence.</param>
    /// <param name="key">The public half of the signing key.</param>
    public static byte[] Write(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] bundle = new byte[BeforeHint.Length + key.Hint.Length + BeforePayload.Length + Base64.GetMaxEncodedToUtf8Length(statement.Length)
            + BeforeSignature.Length + Base64.GetMaxEncodedToUtf8Length(signature.Length) + End.Length];
        var rest = Copy(bundle, BeforeHint);
        rest = rest[Encoding.ASCII.GetBytes(key.Hint, rest)..];
        rest = Encode(Copy(rest, BeforePayload), statement);
        rest = Encode(Copy(rest, BeforeSignature), signature);
        rest = Copy(rest, End);
        Debug.Assert(rest.IsEmpty, "The bundle's length was computed wrongly.");
        return bundle;
    }

    /// <summary>The bundle's bytes, with whatever proves who signed and when. Only the signing certificate is written, never those above it.</summary>
    /// <param name="statement">The exact bytes whose pre-authentication encoding was signed as <c>application/vnd.in-toto+json</c>.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="material">Who signed and when; its version is not looked at, as 0.3 is written.</param>
    public static byte[] Write(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature, BundleMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        using var buffer = new PooledBuffer(((statement.Length + 2) / 3 * 4) + 8192);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            Begin(writer, material);
            writer.WriteStartObject("dsseEnvelope"u8);
            writer.WriteBase64String("payload"u8, statement);
            writer.WriteString("payloadType"u8, Envelope.StatementPayloadType);
            writer.WriteStartArray("signatures"u8);
            writer.WriteStartObject();
            writer.WriteBase64String("sig"u8, signature);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    /// <summary>The bytes of a bundle that holds a plain signature over an artifact (sigstore_common.proto, MessageSignature).</summary>
    /// <param name="digest">SHA-256 of the artifact.</param>
    /// <param name="signature">The signature over the artifact.</param>
    /// <param name="material">As for an attestation.</param>
    public static byte[] WriteMessage(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, BundleMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        using var buffer = new PooledBuffer(8192);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            Begin(writer, material);
            writer.WriteStartObject("messageSignature"u8);
            writer.WriteStartObject("messageDigest"u8);
            writer.WriteString("algorithm"u8, "SHA2_256"u8);
            writer.WriteBase64String("digest"u8, digest);
            writer.WriteEndObject();
            writer.WriteBase64String("signature"u8, signature);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    /// <summary>Signs a statement and writes its bundle.</summary>
    public static ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, ISigner signer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return SignWithPooledBufferAsync(statement, signer, cancellationToken);
    }

    private static async ValueTask<byte[]> SignWithPooledBufferAsync(ReadOnlyMemory<byte> statement, ISigner signer, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PreAuthenticationEncoding.LengthOf(Envelope.StatementPayloadType, statement.Length));
        try
        {
            int length = PreAuthenticationEncoding.Encode(buffer, Envelope.StatementPayloadType, statement.Span);
            byte[] signature = await signer.SignAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return Write(statement.Span, signature, signer.PublicKey);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Begin(Utf8JsonWriter writer, BundleMaterial material)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType"u8, Bundle.MediaTypeV03);
        writer.WritePropertyName("verificationMaterial"u8);
        MaterialWriter.Write(writer, material);
    }

    private static Span<byte> Copy(Span<byte> target, ReadOnlySpan<byte> content)
    {
        content.CopyTo(target);
        return target[content.Length..];
    }

    private static Span<byte> Encode(Span<byte> target, ReadOnlySpan<byte> content)
    {
        var status = Base64.EncodeToUtf8(content, target, out _, out int written);
        Debug.Assert(status is OperationStatus.Done, "The room for base64 was computed wrongly.");
        return target[written..];
    }
}
