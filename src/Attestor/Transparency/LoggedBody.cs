using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Transparency;

/// <summary>
/// Compares what a log entry says with what the bundle holds: the same signature, the same signer, the same content. Without it any
/// entry of the log would do.
/// </summary>
internal static class LoggedBody
{
    private const string What = "body of the log entry";

    /// <summary>Verifies that the entry is about this signature by this signer.</summary>
    /// <exception cref="EvidenceException"><c>TLOG_MISMATCH</c>, or a code of malformed JSON.</exception>
    public static void Verify(LogEntry entry, SignedContent content, LoggedSigner signer)
    {
        using var document = StrictJson.ParseObject(entry.Body, What);
        var root = document.RootElement;
        string kind = $"{StrictJson.GetText(root, "kind", What)} {StrictJson.GetText(root, "apiVersion", What)}";
        if (kind != $"{entry.Kind} {entry.Version}")
        {
            throw Mismatch("The log entry is of another kind than the bundle says.", $"{entry.Kind} {entry.Version}", kind);
        }

        var spec = Get(root, "spec");
        switch (kind)
        {
            case "hashedrekord 0.0.1":
                var signature = Get(spec, "signature");
                RequireSigned(signer, RequireHash(content.HashOfSigned, Get(Get(spec, "data"), "hash")));
                RequireSignature(content, StrictJson.GetBytes(signature, "content", What));
                RequirePem(signer, StrictJson.GetBytes(Get(signature, "publicKey"), "content", What));
                break;
            case "hashedrekord 0.0.2":
                VerifyVersion2(Get(spec, "hashedRekordV002"), content, signer);
                break;
            case "dsse 0.0.1":
                RequireHash(content.HashOfPayload, Get(spec, "payloadHash"));
                var entered = GetOnly(spec);
                RequireSignature(content, StrictJson.GetBytes(entered, "signature", What));
                RequirePem(signer, StrictJson.GetBytes(entered, "verifier", What));
                break;
            case "intoto 0.0.2":
                var logged = Get(spec, "content");
                RequireHash(content.HashOfPayload, Get(logged, "payloadHash"));
                var only = GetOnly(Get(logged, "envelope"));
                // This kind encodes the signature twice.
                if (!StrictBase64.TryDecode(Encoding.UTF8.GetString(StrictJson.GetBytes(only, "sig", What)), out byte[]? twice))
                {
                    throw Mismatch("The log entry is about another signature: it does not encode it twice, as entries of this kind do.", "base64 of base64", "base64");
                }

                RequireSignature(content, twice);
                RequirePem(signer, StrictJson.GetBytes(only, "publicKey", What));
                break;
            default:
                throw Mismatch("Log entries of this kind are not supported.", "hashedrekord 0.0.1 or 0.0.2, dsse 0.0.1, intoto 0.0.2", kind);
        }
    }

    private static void VerifyVersion2(JsonElement spec, SignedContent content, LoggedSigner signer)
    {
        var data = Get(spec, "data");
        var algorithm = StrictJson.GetText(data, "algorithm", What) switch
        {
            "SHA2_256" => HashAlgorithmName.SHA256,
            "SHA2_384" => HashAlgorithmName.SHA384,
            "SHA2_512" => HashAlgorithmName.SHA512,
            var other => throw Mismatch("The hash algorithm of the log entry is not supported.", "SHA2_256, SHA2_384 or SHA2_512", other),
        };
        RequireSigned(signer, algorithm);
        RequireHash(content.HashOfSigned(algorithm), StrictJson.GetBytes(data, "digest", What));
        var signature = Get(spec, "signature");
        RequireSignature(content, StrictJson.GetBytes(signature, "content", What));
        var verifier = Get(signature, "verifier");
        RequireSigner(signer, signer.IsCertificate
            ? StrictJson.Find(verifier, "x509Certificate", JsonValueKind.Object, What) is { } certificate ? StrictJson.GetBytes(certificate, "rawBytes", What) : null
            : StrictJson.Find(verifier, "publicKey", JsonValueKind.Object, What) is { } key ? StrictJson.GetBytes(key, "rawBytes", What) : null);
    }

    // A hash that was not signed is one that the log cannot have verified the signature with.
    private static void RequireSigned(LoggedSigner signer, HashAlgorithmName stated)
    {
        if (signer.Hash is { } signed && signed != stated)
        {
            throw Mismatch("The log entry states another hash than the one that was signed.", signed.Name!, stated.Name!);
        }
    }

    private static HashAlgorithmName RequireHash(Func<HashAlgorithmName, byte[]?> hashOf, JsonElement stated)
    {
        var algorithm = StrictJson.GetText(stated, "algorithm", What) switch
        {
            "sha256" => HashAlgorithmName.SHA256,
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            var other => throw Mismatch("The hash algorithm of the log entry is not supported.", "sha256, sha384 or sha512", other),
        };
        string value = StrictJson.GetText(stated, "value", What);
        byte[]? actual = hashOf(algorithm);
        if (actual is null || value != Convert.ToHexStringLower(actual))
        {
            throw Mismatch("The log entry is about other content.", actual is null ? "an entry for this kind of content" : Convert.ToHexStringLower(actual), value);
        }

        return algorithm;
    }

    private static void RequireHash(byte[]? actual, byte[] stated)
    {
        if (actual is null || !stated.AsSpan().SequenceEqual(actual))
        {
            throw Mismatch("The log entry is about other content.", actual is null ? "a known hash" : Convert.ToHexStringLower(actual), Convert.ToHexStringLower(stated));
        }
    }

    private static void RequireSignature(SignedContent content, byte[] logged)
    {
        if (!content.Signature.Span.SequenceEqual(logged))
        {
            throw Mismatch("The log entry is about another signature.", Convert.ToHexStringLower(content.Signature.Span), Convert.ToHexStringLower(logged));
        }
    }

    private static void RequirePem(LoggedSigner signer, byte[] pem)
    {
        string text = Encoding.UTF8.GetString(pem);
        string label = signer.IsCertificate ? "CERTIFICATE" : "PUBLIC KEY";
        RequireSigner(signer, PemBlock.TryRead(text, label, out byte[]? der) ? der : null);
    }

    private static void RequireSigner(LoggedSigner signer, byte[]? logged)
    {
        if (logged is null || !signer.Encoded.Span.SequenceEqual(logged))
        {
            string what = signer.IsCertificate ? "certificate" : "key";
            throw Mismatch(
                $"The log entry names another signer than the bundle's {what}.",
                $"{what} sha256:{Convert.ToHexStringLower(SHA256.HashData(signer.Encoded.Span))}",
                logged is null ? $"no {what}" : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(logged))}");
        }
    }

    private static JsonElement GetOnly(JsonElement value)
    {
        var signatures = StrictJson.Get(value, "signatures", JsonValueKind.Array, What);
        return signatures.GetArrayLength() is 1 && signatures[0].ValueKind is JsonValueKind.Object
            ? signatures[0]
            : throw Mismatch("The log entry is about another number of signatures.", "1", $"{signatures.GetArrayLength()}");
    }

    private static JsonElement Get(JsonElement value, string name) => StrictJson.Get(value, name, JsonValueKind.Object, What);

    private static EvidenceException Mismatch(string message, string expected, string actual) =>
        new("TLOG_MISMATCH", message) { Expected = expected, Actual = StrictJson.Excerpt(actual) };
}
