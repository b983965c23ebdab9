using System.Text.Json;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Fulcio;

/// <summary>Writes what is asked of a certificate authority (fulcio.proto, CreateSigningCertificateRequest). It holds the token, so it is never shown to anybody else.</summary>
internal static class CertificateRequestBody
{
    /// <summary>The request for a certificate.</summary>
    /// <param name="token">The identity token.</param>
    /// <param name="key">The key that the certificate is for.</param>
    /// <param name="proof">The key's signature over the name in the token, DER.</param>
    public static byte[] Write(string token, VerificationKey key, ReadOnlySpan<byte> proof)
    {
        using var buffer = new PooledBuffer(4096);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("credentials"u8);
            writer.WriteString("oidcIdentityToken"u8, token);
            writer.WriteEndObject();
            writer.WriteStartObject("publicKeyRequest"u8);
            writer.WriteStartObject("publicKey"u8);
            writer.WriteString("algorithm"u8, "ECDSA"u8);
            writer.WriteString("content"u8, key.ToPem());
            writer.WriteEndObject();
            writer.WriteBase64String("proofOfPossession"u8, proof);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }
}
