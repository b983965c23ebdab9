using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Provenance.Testing.Registries;

namespace Provenance.Testing.Objects;

/// <summary>
/// The part of S3 that a blob store uses, in memory: objects with conditions, ranges, checksums and multipart uploads. What it does
/// wrong it does when a test says so by <see cref="Disturb"/>.
/// </summary>
public sealed class ObjectServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> uploads = new(StringComparer.Ordinal);
    private ScriptedServer server = null!;

    /// <summary>Called before each request; true where it has answered in the server's place.</summary>
    public Func<HttpContext, Task<bool>>? Disturb { get; set; }

    /// <summary>The objects by <c>bucket/key</c>.</summary>
    public IDictionary<string, byte[]> Objects => objects;

    /// <summary>How many multipart uploads are neither completed nor aborted.</summary>
    public int OpenUploads => uploads.Count;

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://{server.Address}");

    /// <summary>Starts a server with no objects.</summary>
    public static async Task<ObjectServer> StartAsync()
    {
        var objects = new ObjectServer();
        objects.server = await ScriptedServer.StartAsync(objects.AnswerAsync);
        return objects;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Disturb is { } disturb && await disturb(context))
        {
            return;
        }

        string key = context.Request.Path.Value![1..];
        var query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "POST" when query.ContainsKey("uploads"):
                string id = Guid.NewGuid().ToString("N");
                uploads[id] = new();
                await context.Response.WriteAsync($"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
                break;
            case "PUT" when query.TryGetValue("uploadId", out var upload):
                uploads[upload!][int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture)] = await ReadAsync(context);
                context.Response.Headers.ETag = "\"part\"";
                break;
            case "POST" when query.TryGetValue("uploadId", out var upload):
                await ReadAsync(context);
                uploads.TryRemove(upload!, out var parts);
                await StoreAsync(context, key, [.. parts!.OrderBy(static part => part.Key).SelectMany(static part => part.Value)]);
                break;
            case "DELETE" when query.TryGetValue("uploadId", out var upload):
                uploads.TryRemove(upload!, out _);
                context.Response.StatusCode = 204;
                break;
            case "PUT":
                await StoreAsync(context, key, await ReadAsync(context));
                break;
            case "DELETE":
                objects.TryRemove(key, out _);
                context.Response.StatusCode = 204;
                break;
            default:
                await SendAsync(context, key);
                break;
        }
    }

    private Task StoreAsync(HttpContext context, string key, byte[] content)
    {
        if (context.Request.Headers.TryGetValue("x-amz-checksum-sha256", out var checksum) && checksum != Convert.ToBase64String(SHA256.HashData(content)))
        {
            return FailAsync(context, 400, "BadDigest");
        }

        if (context.Request.Headers.IfNoneMatch == "*" && objects.ContainsKey(key))
        {
            return FailAsync(context, 412, "PreconditionFailed");
        }

        objects[key] = content;
        context.Response.Headers.ETag = "\"whole\"";
        return context.Request.Method == "POST"
            ? context.Response.WriteAsync("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
            : Task.CompletedTask;
    }

    private async Task SendAsync(HttpContext context, string key)
    {
        if (!objects.TryGetValue(key, out byte[]? content))
        {
            await FailAsync(context, 404, "NoSuchKey");
            return;
        }

        (int first, int last) = (0, content.Length - 1);
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            string[] bounds = range["bytes=".Length..].Split('-');
            first = int.Parse(bounds[0], CultureInfo.InvariantCulture);
            last = Math.Min(last, int.Parse(bounds[1], CultureInfo.InvariantCulture));
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {first}-{last}/{content.Length}";
        }

        context.Response.ContentLength = last - first + 1;
        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(content.AsMemory(first, last - first + 1));
        }
    }
}
