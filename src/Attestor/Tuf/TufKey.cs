using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Edwards;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// A public key of a repository (TUF 1.0, section 4.2.2): ECDSA P-256 as PEM or as a point in hexadecimal, Ed25519 in hexadecimal, or RSA
/// as PEM (PSS with SHA-256 and a salt of 32 bytes).
/// </summary>
internal sealed class TufKey
{
    private const int PointSize = 65;

    // What stands before an uncompressed point in the SubjectPublicKeyInfo of a P-256 key.
    private static readonly byte[] PointPrefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    private readonly Func<byte[], byte[], bool> verify;

    private TufKey(byte[] material, Func<byte[], byte[], bool> verify)
    {
        Identity = Convert.ToHexStringLower(SHA256.HashData(material));
        this.verify = verify;
    }

    /// <summary>By what the key is told from others, whatever id and form it is listed under: the hash of its public half.</summary>
    public string Identity { get; }

    /// <summary>Whether an id is the key's: SHA-256 of its canonical JSON, or of the three members that the specification defines.</summary>
    public static bool IsIdOf(string id, JsonElement key, string what) => id == Hash(OlpcJson.Of(key)) || id == Hash(OlpcJson.Of(Essence(key, what)));

    /// <summary>Reads a key; null where its type or scheme is not known, or its public half is not one of that type.</summary>
    /// <exception cref="EvidenceException">It has not the form of a key.</exception>
    public static TufKey? Read(JsonElement key, string what)
    {
        string type = StrictJson.GetText(key, "keytype", what);
        string scheme = StrictJson.GetText(key, "scheme", what);
        string text = StrictJson.GetText(StrictJson.Get(key, "keyval", JsonValueKind.Object, what), "public", what);
        try
        {
            return (type, scheme) switch
            {
                ("ecdsa" or "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => ReadEcdsa(text),
                ("ed25519", "ed25519") => ReadEd25519(text),
                ("rsa", "rsassa-pss-sha256") => ReadRsa(text),
                _ => null,
            };
        }
        catch (KeyException)
        {
            return null;
        }
    }

    /// <summary>Whether the signature is over the bytes.</summary>
    public bool Verify(byte[] content, byte[] signature)
    {
        try
        {
            return verify(content, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static TufKey? ReadEcdsa(string text)
    {
        SignatureKey key;
        if (text.StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            key = SignatureKey.FromPem(text);
        }
        else if (TryReadHex(text, PointSize, out byte[]? point) && point[0] is 4)
        {
            key = SignatureKey.FromSubjectPublicKeyInfo((byte[])[.. PointPrefix, .. point]);
        }
        else
        {
            return null;
        }

        if (key.Algorithm is not "ECDSA P-256")
        {
            return null;
        }

        // Written anew, so that one point in two encodings is one key.
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        return new TufKey(ecdsa.ExportSubjectPublicKeyInfo(), (content, signature) => key.Verify(content, signature));
    }

    private static TufKey? ReadEd25519(string text) =>
        TryReadHex(text, Ed25519Key.Size, out byte[]? bytes) && Ed25519Key.TryRead(bytes, out var key)
            ? new TufKey(bytes, (content, signature) => key.Verify(content, signature))
            : null;

    private static TufKey? ReadRsa(string text)
    {
        var key = SignatureKey.FromPem(text);
        if (!key.Algorithm.StartsWith("RSA ", StringComparison.Ordinal))
        {
            return null;
        }

        var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        return new TufKey(
            rsa.ExportRSAPublicKey(),
            (content, signature) => rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    private static bool TryReadHex(string text, int size, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = text.Length == 2 * size && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
        return bytes is not null;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static JsonElement Essence(JsonElement key, string what)
    {
        string Raw(string name, JsonValueKind kind) => StrictJson.Get(key, name, kind, what).GetRawText();
        using var document = JsonDocument.Parse($$"""
            {"keytype":{{Raw("keytype", JsonValueKind.String)}},"scheme":{{Raw("scheme", JsonValueKind.String)}},"keyval":{{Raw("keyval", JsonValueKind.Object)}}}
            """);
        return document.RootElement.Clone();
    }
}
