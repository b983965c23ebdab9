using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Provenance.Testing.Kubernetes;

/// <summary>
/// A Kubernetes API server in this process, at a free port of 127.0.0.1: lists in pages, watches, writes, and whatever goes wrong when a
/// test says so. Objects are bytes in memory.
/// </summary>
public sealed class StubApiServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly StubVersions versions = new();
    private readonly ConcurrentDictionary<string, StubResource> resources = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<StubRequest> requests = new();
    private readonly ConcurrentQueue<(Func<StubRequest, bool> When, RequestDelegate Answer)> faults = new();

    private StubApiServer(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificate;
                        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                        https.AllowAnyClientCertificate();
                    });
                }
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>The root of the API.</summary>
    public Uri Uri => new(application.Urls.First());

    /// <summary>What a request for a streamed list gets.</summary>
    public StreamedLists StreamedLists { get; set; } = StreamedLists.Served;

    /// <summary>Whether a header is a credential; everybody may do everything while this is null.</summary>
    public Func<string, bool>? Accepts { get; set; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. requests];

    /// <summary>Starts a server; without a certificate it speaks plain HTTP/1.1.</summary>
    public static async Task<StubApiServer> StartAsync(X509Certificate2? certificate = null)
    {
        var server = new StubApiServer(certificate);
        await server.application.StartAsync();
        return server;
    }

    /// <summary>The number of requests of a verb for a resource.</summary>
    public int Count(string verb, string resource) => requests.Count(r => r.Verb == verb && r.Resource == resource);

    /// <summary>Serves a resource from now on.</summary>
    public StubResource Serve(string group, string version, string plural) =>
        resources.GetOrAdd($"{group}/{version}/{plural}", _ => new StubResource(group, version, plural, versions));

    /// <summary>Stops serving a resource, as the removal of its CRD does.</summary>
    public void Remove(StubResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        resources.TryRemove($"{resource.Group}/{resource.Version}/{resource.Plural}", out _);
    }

    /// <summary>Answers the next request that fits in another way.</summary>
    public void Fail(Func<StubRequest, bool> when, RequestDelegate answer, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            faults.Enqueue((when, answer));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // [api, version, ...] or [apis, group, version, ...], then [namespaces, ns,] plural [, name [, subresource]].
        string[] parts = context.Request.Path.Value!.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        int at = parts[0] is "api" ? 1 : 2;
        string group = at is 1 ? "" : parts.ElementAtOrDefault(1) ?? "";
        string version = parts.ElementAtOrDefault(at) ?? "";
        string? @namespace = parts.ElementAtOrDefault(at + 1) is "namespaces" && parts.Length > at + 3 ? parts[at + 2] : null;
        int plural = @namespace is null ? at + 1 : at + 3;
        string name = parts.ElementAtOrDefault(plural + 1) ?? "";
        string verb = VerbOf(context, name);
        string type = parts.ElementAtOrDefault(plural) ?? "";
        var request = new StubRequest(
            verb, group.Length is 0 ? type : $"{type}.{group}", context.Request.Path + context.Request.QueryString.ToString(), context.Request.Protocol,
            context.Request.Headers.Authorization.ToString(), context.Connection.Id, context.Connection.ClientCertificate?.Subject ?? "");
        requests.Enqueue(request);
        if (Accepts is not null && !Accepts(request.Authorization))
        {
            await StubStatus.AnswerAsync(context, 401, "Unauthorized", $"Unauthorized: {request.Authorization}");
            return;
        }

        if (faults.TryPeek(out var fault) && fault.When(request) && faults.TryDequeue(out fault))
        {
            await fault.Answer(context);
            return;
        }

        if (!resources.TryGetValue($"{group}/{version}/{type}", out var resource))
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
            return;
        }

        await (verb switch
        {
            "list" => ListAsync(context, resource, @namespace),
            "watch" => StubWatch.ServeAsync(context, resource, @namespace, StreamedLists),
            "get" => GetAsync(context, resource, @namespace ?? "", name),
            _ => StubWrites.ServeAsync(context, verb, resource, @namespace ?? "", name),
        });
    }

    private static string VerbOf(HttpContext context, string name) => context.Request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => context.Request.ContentType is "application/apply-patch+yaml" ? "apply" : "patch",
        _ => name.Length > 0 ? "get" : context.Request.Query["watch"] == "true" ? "watch" : "list",
    };

    private static async Task GetAsync(HttpContext context, StubResource resource, string @namespace, string name)
    {
        if (resource.Find(@namespace, name) is not { } found)
        {
            await StubStatus.AnswerAsync(context, 404, "NotFound", $"{resource.FullName} \"{name}\" not found");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(found.Json, context.RequestAborted);
    }

    private static async Task ListAsync(HttpContext context, StubResource resource, string? @namespace)
    {
        var (objects, current) = resource.Snapshot();
        int limit = int.TryParse(context.Request.Query["limit"], CultureInfo.InvariantCulture, out int asked) && asked > 0 ? asked : int.MaxValue;
        string[] token = context.Request.Query["continue"].ToString().Split('|');
        int start = token.Length is 3 ? Array.FindIndex(objects, o => string.CompareOrdinal(o.Namespace, token[1]) is var c && (c > 0 || (c is 0 && string.CompareOrdinal(o.Name, token[2]) > 0))) : 0;
        string version = token.Length is 3 ? token[0] : current.ToString(CultureInfo.InvariantCulture);
        start = start < 0 ? objects.Length : start;
        context.Response.ContentType = "application/json";
        var writer = context.Response.BodyWriter;
        writer.Write("{\"apiVersion\":\"v1\",\"items\":["u8);
        int sent = 0;
        for (; start < objects.Length && sent < limit; start++)
        {
            if (@namespace is not null && objects[start].Namespace != @namespace)
            {
                continue;
            }

            writer.Write(sent++ is 0 ? ""u8 : ","u8);
            writer.Write(objects[start].Json);
            if (writer.UnflushedBytes > 256 * 1024)
            {
                await writer.FlushAsync(context.RequestAborted);
            }
        }

        string next = start < objects.Length ? $"{version}|{objects[start - 1].Namespace}|{objects[start - 1].Name}" : "";
        Encoding.UTF8.GetBytes($$$"""],"kind":"List","metadata":{"continue":"{{{next}}}","resourceVersion":"{{{version}}}"}}""", writer);
        await writer.FlushAsync(context.RequestAborted);
    }
}
