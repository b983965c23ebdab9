using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Provenance.Testing.Tokens;

/// <summary>An issuer of tokens with one RSA and one P-256 key, that signs whatever a test asks for.</summary>
public sealed class TestIssuer : IDisposable
{
    // Making such a key takes seconds on a busy machine, so issuers that are done with theirs leave it to the next.
    private static readonly ConcurrentBag<RSA> Spare = [];

    private readonly RSA rsa = Spare.TryTake(out var spare) ? spare : RSA.Create(2048);
    private readonly ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Makes an issuer of this name.</summary>
    public TestIssuer(string name = "https://issuer.example") => Name = name;

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Name { get; }

    /// <summary>The RSA public key as PEM, for attacks that take it for a secret.</summary>
    public string RsaPem => rsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>Its key set; the keys are called rsa and ec.</summary>
    public JsonObject Keys
    {
        get
        {
            var r = rsa.ExportParameters(false);
            var e = ecdsa.ExportParameters(false);
            return new JsonObject
            {
                ["keys"] = new JsonArray(
                    new JsonObject { ["kty"] = "RSA", ["kid"] = "rsa", ["use"] = "sig", ["n"] = Base64Url.EncodeToString(r.Modulus), ["e"] = Base64Url.EncodeToString(r.Exponent) },
                    new JsonObject { ["kty"] = "EC", ["kid"] = "ec", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(e.Q.X), ["y"] = Base64Url.EncodeToString(e.Q.Y) }),
            };
        }
    }

    /// <summary>Claims that hold at this moment; a test changes what it is about.</summary>
    public JsonObject Claims(DateTimeOffset now, string subject = "alice", string audience = "provenance") => new()
    {
        ["iss"] = Name,
        ["sub"] = subject,
        ["aud"] = audience,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["nbf"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
    };

    /// <summary>Signs claims as the header says: RS256, PS256 or ES256.</summary>
    public string Sign(JsonObject claims, string algorithm = "RS256", string? keyId = "rsa", Action<JsonObject>? header = null)
    {
        string signed = Unsigned(claims, algorithm, keyId, header);
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        byte[] signature = algorithm switch
        {
            "ES256" => ecdsa.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            "PS256" => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "RS384" => rsa.SignData(bytes, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
            _ => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Header and claims, which somebody else signs.</summary>
    public static string Unsigned(JsonObject claims, string algorithm, string? keyId, Action<JsonObject>? header = null)
    {
        var head = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (keyId is not null)
        {
            head["kid"] = keyId;
        }

        header?.Invoke(head);
        return $"{Part(head)}.{Part(claims)}";
    }

    /// <summary>The base64url of a JSON document.</summary>
    public static string Part(JsonNode json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    /// <inheritdoc/>
    public void Dispose()
    {
        Spare.Add(rsa);
        ecdsa.Dispose();
    }
}
