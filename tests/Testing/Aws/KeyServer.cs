using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Envelopes;
using Provenance.Testing.Registries;

namespace Provenance.Testing.Aws;

/// <summary>AWS KMS with one alias, <c>alias/release</c>, as its API is documented: <c>GetPublicKey</c> and <c>Sign</c>.</summary>
public sealed class KeyServer : IAsyncDisposable
{
    private const string ArnPrefix = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-00000000000";

    private readonly List<ECDsa> keys = [ECDsa.Create(ECCurve.NamedCurves.nistP256)];
    private ScriptedServer server = null!;

    private KeyServer()
    {
    }

    /// <summary>The server, <c>host:port</c>.</summary>
    public string Address => server.Address;

    /// <summary>What kind of key it says it has.</summary>
    public string KeySpec { get; set; } = "ECC_NIST_P256";

    /// <summary>Whether it signs another content than was asked for.</summary>
    public bool SignsAnotherContent { get; set; }

    /// <summary>Whether it describes keys without their public halves.</summary>
    public bool HidesKey { get; set; }

    /// <summary>Where it redirects all requests; null for nowhere.</summary>
    public Uri? RedirectTo { get; set; }

    /// <summary>How many requests it was sent.</summary>
    public int Requests { get; private set; }

    /// <summary>The status and the type of the error that it answers instead; null for none.</summary>
    public (int Status, string Type)? Error { get; set; }

    /// <summary>Starts a server.</summary>
    public static async Task<KeyServer> StartAsync()
    {
        var keys = new KeyServer();
        keys.server = await ScriptedServer.StartAsync(keys.AnswerAsync);
        return keys;
    }

    /// <summary>Points the alias at a new key; the others go on signing under their own names.</summary>
    public void Repoint() => keys.Add(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Requests++;
        if (RedirectTo is { } target)
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = target.AbsoluteUri;
            return;
        }

        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        string name = (string)body["KeyId"]!;
        int index = name is "alias/release" ? keys.Count - 1 : name.StartsWith(ArnPrefix, StringComparison.Ordinal) ? int.Parse(name[ArnPrefix.Length..], System.Globalization.CultureInfo.InvariantCulture) : -1;
        bool isSigned = context.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal);
        if (Error is { } error)
        {
            await FailAsync(context, error.Status, error.Type);
        }
        else if (!isSigned || index < 0 || index >= keys.Count)
        {
            await FailAsync(context, 400, isSigned ? "NotFoundException" : "MissingAuthenticationTokenException");
        }
        else if (context.Request.Headers["X-Amz-Target"].ToString() is "TrentService.GetPublicKey")
        {
            await WriteAsync(context, new JsonObject
            {
                ["KeyId"] = $"{ArnPrefix}{index}",
                ["PublicKey"] = HidesKey ? null : Convert.ToBase64String(keys[index].ExportSubjectPublicKeyInfo()),
                [nameof(KeySpec)] = KeySpec,
                ["KeyUsage"] = "SIGN_VERIFY",
                ["SigningAlgorithms"] = new JsonArray("ECDSA_SHA_256"),
            });
        }
        else
        {
            await SignAsync(context, body, index);
        }
    }

    private async Task SignAsync(HttpContext context, JsonNode body, int index)
    {
        bool isAsked = (string?)body["MessageType"] is "DIGEST" && (string?)body["SigningAlgorithm"] is "ECDSA_SHA_256";
        if (!isAsked || !StrictBase64.TryDecode((string)body["Message"]!, out byte[]? hash) || hash.Length is not SHA256.HashSizeInBytes)
        {
            await FailAsync(context, 400, "ValidationException");
            return;
        }

        hash = SignsAnotherContent ? SHA256.HashData(hash) : hash;
        await WriteAsync(context, new JsonObject
        {
            ["KeyId"] = $"{ArnPrefix}{index}",
            ["Signature"] = Convert.ToBase64String(keys[index].SignHash(hash, DSASignatureFormat.Rfc3279DerSequence)),
            ["SigningAlgorithm"] = "ECDSA_SHA_256",
        });
    }

    private static Task FailAsync(HttpContext context, int status, string type)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new JsonObject { ["__type"] = type, ["message"] = $"refused {context.Request.Headers.Authorization}" });
    }

    private static Task WriteAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/x-amz-json-1.1";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
