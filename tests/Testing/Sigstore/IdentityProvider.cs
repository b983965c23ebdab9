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
    private readonly ECDsa key;
    private readonly TimeProvider time;

    public IdentityProvider(string name, TimeProvider time)
    {
        this.time = time;
        issuer = new TestIssuer(name);
        var published = issuer.Keys["keys"]![1]!;
        key = ECDsa.Create(new ECParameters
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
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    };

    /// <summary>A token of ten minutes, unless the change says otherwise.</summary>
    public string Issue(string subject, string audience, Action<JsonObject>? change)
    {
        var claims = issuer.Claims(time.GetUtcNow(), subject, audience);
        change?.Invoke(claims);
        return issuer.Sign(claims, "ES256", "ec");
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
            return head.RootElement.GetProperty("alg").ValueEquals("ES256")
                && key.VerifyData(
                    Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                ? Read(body.RootElement)
                : throw Refuse();
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Refuse();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        key.Dispose();
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

        return new VerifiedToken(issuer.Name, subject, email, claims.TryGetProperty("job_workflow_ref", out var workflow) ? workflow.GetString() : null);
    }

    private static SigstoreRefusalException Refuse() => new(401, 16, "There was an error processing the identity token");
}
