using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Trust;
using Provenance.Testing.Registries;

namespace Provenance.Testing.Sigstore;

/// <summary>
/// A whole Sigstore instance on one port of 127.0.0.1: certificate authority and certificate log, transparency logs of both versions,
/// time stamping authority, and an issuer of tokens. It verifies what it is given. It lies when told so by <see cref="Lie"/>, and
/// breaks by <see cref="Break"/>.
/// </summary>
public sealed class LoopbackSigstore : IAsyncDisposable
{
    private const int MaximumRequest = 8 << 20;
    private const string TreePrefix = "/api/v2/";

    // The services are not made for several threads.
    private readonly Lock gate = new();
    private readonly LoopbackSigstoreOptions options;
    private readonly ConcurrentDictionary<SigstoreService, int> requests = new();
    private readonly ConcurrentDictionary<SigstoreService, (SigstoreFault Fault, int Times)> faults = new();
    private readonly CertificateLog certificateLog = new();
    private readonly TimestampAuthority timestamps;
    private readonly TimestampAuthority otherTimestamps;
    private ScriptedServer server = null!;
    private IdentityProvider identities = null!;
    private Fulcio fulcio = null!;
    private RekorV1 rekorV1 = null!;
    private RekorV2 rekorV2 = null!;
    private TrustDocuments documents = null!;

    private LoopbackSigstore(LoopbackSigstoreOptions options)
    {
        this.options = options;
        timestamps = new TimestampAuthority(options.Time);
        otherTimestamps = new TimestampAuthority(options.Time);
    }

    /// <summary>Where all services are, without a slash at the end: <c>http://localhost:port</c>. It is the issuer of the tokens as well.</summary>
    public string Uri { get; private set; } = "";

    /// <summary>The issuer of the tokens, as certificates name it.</summary>
    public string Issuer => Uri;

    /// <summary>Whom tokens are about unless they say otherwise.</summary>
    public string Subject => options.Subject;

    /// <summary>Where requests for timestamps go.</summary>
    public string TimestampUri => $"{Uri}/api/v1/timestamp";

    /// <summary>What a build service sets as <c>ACTIONS_ID_TOKEN_REQUEST_URL</c>.</summary>
    public string ActionsTokenUri => $"{Uri}/actions/token?api-version=2.0";

    /// <summary>What a build service sets as <c>ACTIONS_ID_TOKEN_REQUEST_TOKEN</c>.</summary>
    public string ActionsRequestToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>How many entries the checkpoint is about that the log of version 2 publishes; null for all that it has.</summary>
    public int? PublishedEntries { get; set; }

    /// <summary>What the log of version 2 says of its tree that is not true, from now on.</summary>
    public TreeLie TreeLie
    {
        get => rekorV2.TreeLie;
        set => rekorV2.TreeLie = value;
    }

    /// <summary>What the instance says that is not true, from now on.</summary>
    public SigstoreLie Lie { get; set; }

    /// <summary>The <c>trusted_root.json</c> that tells the truth about this instance.</summary>
    public string TrustedRootJson =>
        documents.TrustedRoot([rekorV1.Log, rekorV2.Log], certificateLog, fulcio.Chain, timestamps.Chain).ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>Starts an instance.</summary>
    public static async Task<LoopbackSigstore> StartAsync(LoopbackSigstoreOptions? options = null)
    {
        var sigstore = new LoopbackSigstore(options ?? new LoopbackSigstoreOptions());
        sigstore.server = await ScriptedServer.StartAsync(sigstore.AnswerAsync, sigstore.options.Port);
        sigstore.Open($"http://localhost:{new Uri($"http://{sigstore.server.Address}").Port}");
        return sigstore;
    }

    /// <summary>The trusted root, read.</summary>
    public TrustedRoot ReadTrustedRoot() => TrustedRoot.Parse(Encoding.UTF8.GetBytes(TrustedRootJson));

    /// <summary>A <c>signing_config.json</c>, version 0.2.</summary>
    public string SigningConfigJson(SigningConfigKind kind) => documents.SigningConfig(kind).ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>An identity token that is valid for ten minutes.</summary>
    /// <param name="subject">Whom it is about; null for whom the options name.</param>
    /// <param name="audience">Whom it is for.</param>
    /// <param name="change">Changes the claims: <c>email</c> with <c>email_verified</c> makes it a person's, <c>job_workflow_ref</c> a workflow's.</param>
    /// <param name="algorithm">RS256 as public issuers use it, or ES256.</param>
    public string IssueToken(string? subject = null, string audience = "sigstore", Action<JsonObject>? change = null, string algorithm = "RS256")
    {
        lock (gate)
        {
            return identities.Issue(subject ?? options.Subject, audience, algorithm, change);
        }
    }

    /// <summary>Has others enter into the log of version 2.</summary>
    public void EnterOthers(int count)
    {
        lock (gate)
        {
            rekorV2.Log.Grow(count);
        }
    }

    /// <summary>How many requests a service has had, with those that it refused or broke on.</summary>
    public int Requests(SigstoreService service) => requests.GetValueOrDefault(service);

    /// <summary>Breaks a service for the next requests.</summary>
    public void Break(SigstoreService service, SigstoreFault fault, int times = int.MaxValue) => faults[service] = (fault, times);

    /// <summary>Mends a service before its time.</summary>
    public void Mend(SigstoreService service) => faults.TryRemove(service, out _);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        identities.Dispose();
        fulcio.Dispose();
        rekorV1.Dispose();
        rekorV2.Dispose();
        certificateLog.Dispose();
        timestamps.Dispose();
        otherTimestamps.Dispose();
    }

    private void Open(string uri)
    {
        Uri = uri;
        identities = new IdentityProvider(uri, options.Time);
        fulcio = new Fulcio(certificateLog, identities, options);
        rekorV1 = new RekorV1("localhost", options);
        rekorV2 = new RekorV2("localhost", options);
        documents = new TrustDocuments(uri, options.Time.GetUtcNow().AddHours(-1));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (ServiceOf(context.Request) is not { } service)
        {
            await SendAsync(context, 404, Error(5, "Not Found"));
            return;
        }

        requests.AddOrUpdate(service, 1, static (_, count) => count + 1);
        var fault = NextFault(service);
        if (fault is { AfterTheFact: false })
        {
            await fault.Answer(context);
            return;
        }

        try
        {
            byte[] body = await ReadAsync(context.Request);
            RequestDelegate answer;
            lock (gate)
            {
                answer = Answer(context, service, body);
            }

            await (fault?.Answer(context) ?? answer(context));
        }
        catch (SigstoreRefusalException) when (fault is not null)
        {
            await fault.Answer(context);
        }
        catch (SigstoreRefusalException e)
        {
            if (e.Location is { } location)
            {
                context.Response.Headers.Location = location;
            }

            if (e.LogIndex is { } index)
            {
                context.Response.Headers["x-log-index"] = index.ToString(CultureInfo.InvariantCulture);
            }

            await SendAsync(context, e.Status, Error(e.Code, e.Message));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            await SendAsync(context, 400, Error(service is SigstoreService.RekorV1 ? 400 : 3, $"the request cannot be read: {e.Message}"));
        }
    }

    private static SigstoreService? ServiceOf(HttpRequest request) => (request.Method, request.Path.Value) switch
    {
        ("POST", "/api/v2/signingCert") => SigstoreService.CertificateAuthority,
        ("POST", "/api/v1/log/entries") => SigstoreService.RekorV1,
        ("GET", { } path) when path.StartsWith("/api/v1/log/entries/", StringComparison.Ordinal) => SigstoreService.RekorV1,
        ("POST", "/api/v2/log/entries") => SigstoreService.RekorV2,
        ("GET", { } path) when path is $"{TreePrefix}checkpoint" || path.StartsWith($"{TreePrefix}tile/", StringComparison.Ordinal) => SigstoreService.RekorV2Tree,
        ("POST", "/api/v1/timestamp") => SigstoreService.TimestampAuthority,
        ("GET", "/actions/token" or "/keys" or "/.well-known/openid-configuration") => SigstoreService.Tokens,
        _ => null,
    };

    private SigstoreFault? NextFault(SigstoreService service)
    {
        while (faults.TryGetValue(service, out var next))
        {
            bool isTaken = next.Times > 1 ? faults.TryUpdate(service, next with { Times = next.Times - 1 }, next) : faults.TryRemove(new(service, next));
            if (isTaken)
            {
                return next.Fault;
            }
        }

        return null;
    }

    private RequestDelegate Answer(HttpContext context, SigstoreService service, byte[] body)
    {
        var lie = Lie;
        switch (service)
        {
            case SigstoreService.CertificateAuthority:
                var certificate = Parsed(body, request => fulcio.Sign(request, BearerOf(context.Request), lie));
                return context => SendAsync(context, 200, certificate);
            case SigstoreService.RekorV1 when context.Request.Method is "GET":
                var found = rekorV1.Find(context.Request.Path.Value!.Split('/')[^1], lie) ?? throw new SigstoreRefusalException(404, 404, "entry not found");
                return context => SendAsync(context, 200, found);
            case SigstoreService.RekorV1:
                var (uuid, added) = Parsed(body, request => rekorV1.Add(request, lie));
                return context =>
                {
                    context.Response.Headers.Location = $"/api/v1/log/entries/{uuid}";
                    context.Response.Headers.ETag = uuid;
                    return SendAsync(context, 201, added);
                };
            case SigstoreService.RekorV2:
                var entry = Parsed(body, request => rekorV2.Add(request, lie));
                return context => SendAsync(context, 201, entry);
            case SigstoreService.RekorV2Tree:
                var (file, type) = rekorV2.Read(context.Request.Path.Value![TreePrefix.Length..], PublishedEntries, lie);
                return context => SendAsync(context, 200, file, type);
            case SigstoreService.TimestampAuthority:
                RequireContentType(context.Request, "application/timestamp-query");
                byte[] stamp = (lie is SigstoreLie.TimestampByAnotherRoot ? otherTimestamps : timestamps).Stamp(body, lie);
                return context => SendAsync(context, 201, stamp, "application/timestamp-reply");
            default:
                var token = AnswerForTokens(context.Request);
                return context => SendAsync(context, 200, token);
        }
    }

    private JsonObject AnswerForTokens(HttpRequest request)
    {
        switch (request.Path.Value)
        {
            case "/keys":
                return identities.Keys;
            case "/actions/token":
                return BearerOf(request) == ActionsRequestToken
                    ? new JsonObject { ["count"] = 1, ["value"] = IssueToken(audience: request.Query["audience"].ToString()) }
                    : throw new SigstoreRefusalException(401, 401, "the request token is not that of this job");
            default:
                return identities.Configuration;
        }
    }

    private static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is ['B' or 'b', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] ? token : null;

    private static void RequireContentType(HttpRequest request, string type)
    {
        if (request.ContentType != type)
        {
            throw new SigstoreRefusalException(415, 415, $"unsupported media type \"{request.ContentType}\", only [{type}] is allowed");
        }
    }

    private static T Parsed<T>(byte[] body, Func<JsonElement, T> answer)
    {
        using var document = JsonDocument.Parse(body);
        return answer(document.RootElement);
    }

    private static JsonObject Error(int code, string message) => new() { ["code"] = code, ["message"] = message, ["details"] = new JsonArray() };

    private static Task SendAsync(HttpContext context, int status, JsonObject body) => SendAsync(context, status, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json");

    private static Task SendAsync(HttpContext context, int status, byte[] body, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.Length <= MaximumRequest ? body.ToArray() : throw new SigstoreRefusalException(413, 413, "the request is too large");
    }
}
