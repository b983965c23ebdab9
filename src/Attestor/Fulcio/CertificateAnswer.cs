using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Fulcio;

/// <summary>Reads what a certificate authority answers (fulcio.proto, SigningCertificate). Reading it verifies nothing.</summary>
internal static class CertificateAnswer
{
    /// <summary>How large an answer may be: 256 KiB.</summary>
    public const int MaximumSize = 256 << 10;

    private const string What = "answer of the certificate authority";
    private const int LongestChain = 16;

    /// <summary>The first certificate of the chain, which is ours. Those above it are taken from the trusted root only.</summary>
    /// <exception cref="EvidenceException">It is malformed, or the certificate's promise of a certificate log does not stand in it.</exception>
    public static Certificate Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        if (StrictJson.Find(root, "signedCertificateEmbeddedSct", JsonValueKind.Object, What) is not { } signed)
        {
            throw StrictJson.Find(root, "signedCertificateDetachedSct", JsonValueKind.Object, What) is null
                ? new EvidenceException("JSON_INVALID", $"The {What} holds no certificate.")
                : new EvidenceException("CERT_SCT", "The certificate log's promise stands beside the certificate and not in it (detached SCT), where bundles have no room for it. The authority must embed it.");
        }

        var chain = StrictJson.Get(StrictJson.Get(signed, "chain", JsonValueKind.Object, What), "certificates", JsonValueKind.Array, What);
        return chain.GetArrayLength() is >= 1 and <= LongestChain && chain[0].ValueKind is JsonValueKind.String
            ? Certificate.Parse(DerOf(chain[0].GetString()!))
            : throw new EvidenceException("JSON_INVALID", $"The {What} holds a chain of {chain.GetArrayLength()} certificates, or none that is text; 1 to {LongestChain} in PEM are read.");
    }

    private static byte[] DerOf(string pem) =>
        PemEncoding.TryFind(pem, out var fields)
            && pem[fields.Label] is "CERTIFICATE"
            && StrictBase64.TryDecode(string.Concat(pem[fields.Base64Data].Where(static c => c is not ('\n' or '\r'))), out byte[]? der)
            ? der
            : throw new EvidenceException("CERT_INVALID", $"The first certificate in the {What} is no PEM block \"CERTIFICATE\".");
}
