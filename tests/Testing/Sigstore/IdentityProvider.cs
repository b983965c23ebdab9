using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Testing.Tokens;

namespace Provenance.Testing.Sigstore;

/// <summary>Issues identity tokens (OpenID Connect), and verifies them as the certificate authority does.</summary>
internal sealed class IdentityProvider : IDisposable
{
    private const string Audience = "sigstore";

    private readonly TestIssuer issuer;
    private readonly RSA rsa = RSA.Create();
    private readonly ECDsa ecdsa;
    private readonly TimeProvider time;

    public IdentityProvider(string name, TimeProvider time)
    {
        this.time = time;
        issuer = new TestIssuer(name);
        rsa.ImportFromPem(issuer.RsaPem);
        var published = issuer.Keys["keys"]![1]!;
        ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars((string)published["x"]!), Y = Base64Url.DecodeFromChars((string)published["y"]!) },
        });
    }

    /// <summary>The key set.</summary>
    public JsonObject Keys => issuer.Keys;

    /// <summary>What clients discover.</summary>
    public JsonObject Configuration => new()
    {
        ["issuer"] = issuer.Name,
        ["jwks_uri"] = $"{issuer.Name}/keys",
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256", "ES256"),
    };

    /// <summary>A token of ten minutes, unless the change says otherwise.</summary>
    /// <param name="subject">Whom it is about.</param>
    /// <param name="audience">Whom it is for.</param>
    /// <param name="algorithm">RS256, the only one that cosign takes on its command line, or ES256.</param>
    /// <param name="change">Changes the claims.</param>
    public string Issue(string subject, string audience, string algorithm, Action<JsonObject>? change)
    {
        var claims = issuer.Claims(time.GetUtcNow(), subject, audience);
        change?.Invoke(claims);
        return issuer.Sign(claims, algorithm, algorithm is "ES256" ? "ec" : "rsa");
    }

    /// <summary>Verifies a token.</summary>
    /// <exception cref="SigstoreRefusalException">It is not ours, for somebody else, or not valid now.</exception>
    public VerifiedToken Verify(string? token)
    {
        if (token?.Split('.') is not [var header, var claims, var signature])
        {
            throw Refuse();
        }

        try
        {
            using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
            using var body = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            byte[] signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
            byte[] value = Base64Url.DecodeFromChars(signature);
            bool holds = head.RootElement.GetProperty("alg").GetString() switch
            {
                "RS256" => rsa.VerifyData(signed, value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                "ES256" => ecdsa.VerifyData(signed, value, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => false,
            };
            return holds ? Read(body.RootElement) : throw Refuse();
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Refuse();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rsa.Dispose();
        ecdsa.Dispose();
        issuer.Dispose();
    }

    private VerifiedToken Read(JsonElement claims)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        if (!claims.GetProperty("iss").ValueEquals(issuer.Name)
            || !claims.GetProperty("aud").ValueEquals(Audience)
            || claims.GetProperty("exp").GetInt64() <= now
            || (claims.TryGetProperty("nbf", out var start) && start.GetInt64() > now + 60)
            || claims.GetProperty("sub").GetString() is not { Length: > 0 } subject)
        {
            throw Refuse();
        }

        string? email = claims.TryGetProperty("email", out var address) ? address.GetString() : null;
        if (email is not null && !claims.GetProperty("email_verified").GetBoolean())
        {
            throw Refuse();
        }

        // For people, whom Dex lets log in elsewhere, Fulcio names that place.
        string vouching = email is not null && claims.TryGetProperty("federated_claims", out var federated) ? federated.GetProperty("connector_id").GetString()! : issuer.Name;
        return new VerifiedToken(vouching, subject, email, claims.TryGetProperty("job_workflow_ref", out var workflow) ? workflow.GetString() : null);
    }

    private static SigstoreRefusalException Refuse() => SigstoreRefusalException.Invalid("There was an error processing the identity token");
}
