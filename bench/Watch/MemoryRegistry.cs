using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Provenance.Bench.Watch;

/// <summary>
/// The least of an OCI registry that a watcher needs, in memory: it verifies nothing, so that it takes little of the machine that is
/// measured, and notes when the attestation of each subject came.
/// </summary>
internal sealed class MemoryRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const int ChunkSize = 4 * 1024 * 1024;

    private readonly WebApplication application;
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> contents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> referrers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> arrivals = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private byte[] chunk = new byte[ChunkSize];
    private int used;
    private int stored;
    private long requests;

    private MemoryRegistry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1));
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>Host and port.</summary>
    public string Address => new Uri(application.Urls.First()).Authority;

    /// <summary>How many subjects have an attestation.</summary>
    public int Stored => Volatile.Read(ref stored);

    /// <summary>The requests so far.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>When the attestations came, by the clock of <see cref="Stopwatch"/>, in that order.</summary>
    public IReadOnlyList<long> Arrivals => [.. arrivals.Values.Order()];

    public static async Task<MemoryRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var registry = new MemoryRegistry();
        await registry.application.StartAsync(cancellationToken);
        return registry;
    }

    /// <summary>When the first attestation of a subject came; null where there is none.</summary>
    public long? ArrivalOf(string subject) => arrivals.TryGetValue(subject, out long at) ? at : null;

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        string path = context.Request.Path.Value!;
        string last = path[(path.LastIndexOf('/') + 1)..];
        string method = context.Request.Method;
        if (path is "/v2/")
        {
            await context.Response.WriteAsync("{}");
        }
        else if (method is "POST" && context.Request.Query["digest"].ToString() is { Length: > 0 } digest)
        {
            contents[digest] = await ReadAsync(context);
            context.Response.Headers.Location = $"{path[..path.IndexOf("uploads", StringComparison.Ordinal)]}{digest}";
            context.Response.StatusCode = StatusCodes.Status201Created;
        }
        else if (method is "PUT")
        {
            await TakeManifestAsync(context, last);
        }
        else if (method is "GET" or "HEAD" && path.Contains("/referrers/", StringComparison.Ordinal))
        {
            await WriteAsync(context, "application/vnd.oci.image.index.v1+json", ReferrersOf(last));
        }
        else if (method is "GET" or "HEAD" && contents.TryGetValue(last, out var content))
        {
            context.Response.Headers["Docker-Content-Digest"] = last;
            await WriteAsync(context, path.Contains("/manifests/", StringComparison.Ordinal) ? ManifestType : "application/octet-stream", content);
        }
        else
        {
            context.Response.StatusCode = method is "GET" or "HEAD" ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
        }
    }

    private async Task TakeManifestAsync(HttpContext context, string digest)
    {
        var content = await ReadAsync(context);
        contents[digest] = content;
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers["Docker-Content-Digest"] = digest;
        if (SubjectOf(content.Span) is { } subject)
        {
            context.Response.Headers["OCI-Subject"] = subject;
            referrers[subject] = digest;
            if (arrivals.TryAdd(subject, Stopwatch.GetTimestamp()))
            {
                Interlocked.Increment(ref stored);
            }
        }
    }

    private static string? SubjectOf(ReadOnlySpan<byte> manifest)
    {
        var reader = new Utf8JsonReader(manifest);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth is 1 && reader.ValueTextEquals("subject"u8))
            {
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
                {
                    if (reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("digest"u8))
                    {
                        reader.Read();
                        return reader.GetString();
                    }
                }
            }
        }

        return null;
    }

    private byte[] ReferrersOf(string subject)
    {
        var manifests = new JsonArray();
        if (referrers.TryGetValue(subject, out string? digest) && contents.TryGetValue(digest, out var content))
        {
            var manifest = JsonNode.Parse(content.Span)!;
            manifests.Add(new JsonObject
            {
                ["mediaType"] = ManifestType,
                ["digest"] = digest,
                ["size"] = content.Length,
                ["artifactType"] = manifest["artifactType"]?.DeepClone(),
                ["annotations"] = manifest["annotations"]?.DeepClone() ?? new JsonObject(),
            });
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = manifests,
        });
    }

    private static async Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        if (context.Request.Method is "GET")
        {
            await context.Response.BodyWriter.WriteAsync(content);
        }
    }

    /// <summary>Many small bodies lie in few large arrays, so that this process does not collect garbage at the watcher's expense.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        int length = (int)context.Request.ContentLength!.Value;
        var room = Reserve(length);
        for (int read = 0; read < length;)
        {
            read += await context.Request.Body.ReadAsync(room[read..]) is > 0 and int more ? more : throw new IOException("The body ended early.");
        }

        return room;
    }

    private Memory<byte> Reserve(int length)
    {
        lock (gate)
        {
            if (used + length > chunk.Length)
            {
                (chunk, used) = (new byte[Math.Max(ChunkSize, length)], 0);
            }

            used += length;
            return chunk.AsMemory(used - length, length);
        }
    }
}
