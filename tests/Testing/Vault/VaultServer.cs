using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Envelopes;
using Provenance.Testing.Kubernetes;
using Provenance.Testing.Registries;

namespace Provenance.Testing.Vault;

/// <summary>
/// The Transit engine and the Kubernetes login of Vault and OpenBao with one key, <c>transit/keys/release</c>, as their API is documented;
/// lies where it is told to.
/// </summary>
public sealed class VaultServer : IAsyncDisposable
{
    /// <summary>The name of the key.</summary>
    public const string KeyName = "release";

    private readonly List<ECDsa> versions = [ECDsa.Create(ECCurve.NamedCurves.nistP256)];
    private readonly ConcurrentDictionary<string, bool> issued = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> requests = new();
    private readonly TestAuthority? authority;
    private ScriptedServer server = null!;
    private int failures;
    private int logins;

    private VaultServer(TestAuthority? authority) => this.authority = authority;

    /// <summary>The token that has to be sent; must never be seen in any message.</summary>
    public string Token { get; } = $"hvs.CANARY{Convert.ToHexString(RandomNumberGenerator.GetBytes(12))}";

    /// <summary>The token of a service account that may log in for the role <c>attestor</c>.</summary>
    public string ServiceAccountToken { get; } = $"eyCANARY{Convert.ToHexString(RandomNumberGenerator.GetBytes(12))}";

    /// <summary>The address.</summary>
    public Uri Address => new($"{(authority is null ? "http" : "https")}://{server.Address}");

    /// <summary>The namespace that requests have to name; null for none.</summary>
    public string? Namespace { get; set; }

    /// <summary>What it does wrong.</summary>
    public VaultLie Lie { get; set; }

    /// <summary>The type of the key.</summary>
    public string KeyType { get; set; } = "ecdsa-p256";

    /// <summary>The least version that signs.</summary>
    public int LeastVersion { get; set; } = 1;

    /// <summary>How long the token of a login lasts, in seconds.</summary>
    public int LeaseSeconds { get; set; } = 3600;

    /// <summary>How many logins there were.</summary>
    public int Logins => logins;

    /// <summary>The requests so far: method and path.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>Starts a server, over TLS where an authority vouches for it.</summary>
    public static async Task<VaultServer> StartAsync(TestAuthority? authority = null)
    {
        var vault = new VaultServer(authority);
        vault.server = await ScriptedServer.StartAsync(vault.AnswerAsync, certificate: authority?.Server("127.0.0.1"));
        return vault;
    }

    /// <summary>Adds a version of the key.</summary>
    public void Rotate() => versions.Add(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Makes the next requests fail with 503.</summary>
    public void FailNext(int count) => failures = count;

    /// <summary>Takes back every token of a login.</summary>
    public void Revoke() => issued.Clear();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        requests.Enqueue($"{context.Request.Method} {path}");
        if (Interlocked.Decrement(ref failures) >= 0)
        {
            await FailAsync(context, 503, "Vault is sealed");
            return;
        }

        if (HttpMethods.IsPost(context.Request.Method) && context.Request.ContentLength is null)
        {
            await FailAsync(context, 411, "length required");
            return;
        }

        if (path is "/v1/auth/kubernetes/login")
        {
            await LogInAsync(context);
            return;
        }

        string token = context.Request.Headers["X-Vault-Token"].ToString();
        if ((token != Token && !issued.ContainsKey(token)) || (Namespace is not null && context.Request.Headers["X-Vault-Namespace"] != Namespace))
        {
            await FailAsync(context, 403, "permission denied");
            return;
        }

        if (!await LieAsync(context, token))
        {
            await (path switch
            {
                "/v1/transit/keys/release" when HttpMethods.IsGet(context.Request.Method) => context.Response.WriteAsJsonAsync(DescribeKey()),
                "/v1/transit/sign/release/sha2-256" when HttpMethods.IsPost(context.Request.Method) => SignAsync(context),
                _ => FailAsync(context, 404),
            });
        }
    }

    private async Task<bool> LieAsync(HttpContext context, string token)
    {
        switch (Lie)
        {
            case VaultLie.Malformed:
                await context.Response.WriteAsync($"<html>{token}");
                return true;
            case VaultLie.Empty:
                await context.Response.WriteAsJsonAsync(new JsonObject { ["data"] = new JsonObject { ["type"] = token, ["signature"] = token } });
                return true;
            case VaultLie.Forbidden:
                await FailAsync(context, 403, $"permission denied for {token}");
                return true;
            case VaultLie.Broken:
                await FailAsync(context, 500, $"broken for {token}");
                return true;
            case VaultLie.Busy:
                context.Response.Headers.RetryAfter = "60";
                await FailAsync(context, 429, "too many requests");
                return true;
            case VaultLie.Sealed:
                await FailAsync(context, 503, "Vault is sealed");
                return true;
            case VaultLie.Silent:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                return true;
            case VaultLie.Oversized:
                await context.Response.WriteAsync(new string(' ', 2 << 20));
                return true;
            case VaultLie.Elsewhere:
                context.Response.Redirect($"{Address}elsewhere");
                return true;
            default:
                return false;
        }
    }

    private async Task LogInAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        if ((string?)body["role"] is not "attestor" || (string?)body["jwt"] != ServiceAccountToken)
        {
            await FailAsync(context, 403, "permission denied");
            return;
        }

        string token = $"{Token}-{Interlocked.Increment(ref logins)}";
        issued[token] = true;
        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["auth"] = new JsonObject { ["client_token"] = token, ["lease_duration"] = LeaseSeconds, ["renewable"] = true },
        });
    }

    private JsonObject DescribeKey()
    {
        var keys = new JsonObject();
        for (int version = 1; version <= versions.Count; version++)
        {
            keys[version.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["creation_time"] = "2026-01-02T03:04:05.678901234Z",
                ["name"] = "P-256",
                ["public_key"] = versions[version - 1].ExportSubjectPublicKeyInfoPem() + "\n",
            };
        }

        return new JsonObject
        {
            ["request_id"] = "1c9b5e0e-0000-0000-0000-000000000000",
            ["data"] = new JsonObject
            {
                ["name"] = KeyName,
                ["type"] = KeyType,
                ["keys"] = keys,
                ["latest_version"] = versions.Count,
                ["min_decryption_version"] = 1,
                ["min_encryption_version"] = LeastVersion,
                ["supports_signing"] = true,
            },
        };
    }

    private async Task SignAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        int version = (int?)body["key_version"] ?? versions.Count;
        if ((bool?)body["prehashed"] is not true || (string?)body["marshaling_algorithm"] is not "asn1" || version < LeastVersion || version > versions.Count)
        {
            await FailAsync(context, 400, "requested version for signing is less than the minimum encryption key version");
            return;
        }

        if (!StrictBase64.TryDecode((string)body["input"]!, out byte[]? hash) || hash.Length is not SHA256.HashSizeInBytes)
        {
            await FailAsync(context, 400, "unable to decode input");
            return;
        }

        hash = Lie is VaultLie.AnotherContent ? SHA256.HashData(hash) : hash;
        int signing = Lie is VaultLie.AnotherVersion or VaultLie.AnotherVersionInDisguise ? (version % versions.Count) + 1 : version;
        byte[] signature = versions[signing - 1].SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
        int said = Lie is VaultLie.AnotherVersion ? signing : version;
        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["data"] = new JsonObject { ["key_version"] = said, ["signature"] = $"vault:v{said}:{Convert.ToBase64String(signature)}" },
        });
    }

    private static async Task FailAsync(HttpContext context, int status, params string[] errors)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new JsonObject { ["errors"] = new JsonArray([.. errors.Select(static e => (JsonNode)e)]) });
    }
}
