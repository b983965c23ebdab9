using System.Security.Cryptography;
using System.Text.Json;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>A public key of an issuer, read from a JSON Web Key (RFC 7517, RFC 7518 section 6). The key decides how it may be used, not the token.</summary>
internal sealed class IssuerKey
{
    private const int MinimumRsaBits = 2048;
    private const int MaximumRsaBits = 8192;

    private readonly Lock turn = new();
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;
    private readonly string? curve;
    private readonly string? only;

    private IssuerKey(string? id, string? only, RSA rsa) => (Id, this.only, this.rsa) = (id, only, rsa);

    private IssuerKey(string? id, string? only, ECDsa ecdsa, string curve) => (Id, this.only, this.ecdsa, this.curve) = (id, only, ecdsa, curve);

    /// <summary>The key id; null where the issuer gave none.</summary>
    public string? Id { get; }

    /// <summary>Reads a key; null for one that is not meant for checking signatures, or is of a kind or size that is not accepted.</summary>
    public static IssuerKey? Read(JsonElement key)
    {
        if (key.ValueKind is not JsonValueKind.Object
            || Text(key, "use") is not (null or "sig")
            || (key.TryGetProperty("key_ops", out var uses) && !(uses.ValueKind is JsonValueKind.Array && uses.EnumerateArray().Any(static u => u.ValueKind is JsonValueKind.String && u.ValueEquals("verify")))))
        {
            return null;
        }

        try
        {
            return Text(key, "kty") switch
            {
                "RSA" => ReadRsa(key),
                "EC" => ReadCurve(key),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            // Numbers that are no key, such as a point that is not on its curve.
            return null;
        }
    }

    /// <summary>Whether the key may be used with the algorithm.</summary>
    public bool Fits(SignatureAlgorithm algorithm) =>
        (only is null || only == algorithm.Name) && (rsa is not null ? algorithm.Padding is not null : algorithm.Curve == curve);

    /// <summary>Whether the signature is by this key.</summary>
    public bool Verifies(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!Fits(algorithm))
        {
            return false;
        }

        // Nothing says that one key object may be used by several threads.
        lock (turn)
        {
            return rsa is not null
                ? signature.Length == (rsa.KeySize + 7) / 8 && rsa.VerifyData(signed, signature, algorithm.Hash, algorithm.Padding!)
                : ecdsa!.VerifyData(signed, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    private static IssuerKey? ReadRsa(JsonElement key)
    {
        if (Number(key, "n") is not { } modulus || Number(key, "e") is not { Length: <= 8 } exponent || (exponent[^1] & 1) is 0)
        {
            return null;
        }

        var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        if (rsa.KeySize is >= MinimumRsaBits and <= MaximumRsaBits && exponent is not [1])
        {
            return new IssuerKey(Text(key, "kid"), Text(key, "alg"), rsa);
        }

        rsa.Dispose();
        return null;
    }

    private static IssuerKey? ReadCurve(JsonElement key)
    {
        string? name = Text(key, "crv");
        (ECCurve? curve, int length) = name switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => ((ECCurve?)null, 0),
        };
        if (curve is not { } known || Number(key, "x") is not { } x || Number(key, "y") is not { } y || x.Length != length || y.Length != length)
        {
            return null;
        }

        var ecdsa = ECDsa.Create(new ECParameters { Curve = known, Q = new ECPoint { X = x, Y = y } });
        return new IssuerKey(Text(key, "kid"), Text(key, "alg"), ecdsa, name!);
    }

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Number(JsonElement key, string name) => Text(key, name) is { Length: > 0 } text ? CanonicalBase64Url.Decode(text) : null;
}
