using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Runs endpoints and turns what goes wrong into OCI error bodies.</summary>
internal sealed partial class OciErrors(ILogger<OciErrors> logger)
{
    // ENOSPC and EDQUOT, which .NET gives as the result code of an IOException.
    private const int DiskFull = 28;
    private const int QuotaReached = 122;

    private const string RetryAfterSeconds = "5";

    /// <summary>Answers a request; an answer already begun is broken off so that nobody takes it for complete.</summary>
    public async Task RunAsync(HttpContext context, Func<HttpContext, Task> endpoint)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Body = new RequestBody(context.Request.Body);
        }

        try
        {
            await endpoint(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (HasLeft(context, exception))
        {
            // Nobody hears an answer any more, and nothing is wrong here: a client that hangs up must not fill the log.
            context.Abort();
        }
        catch (Exception exception) when (Explain(exception) is { } refusal)
        {
            if (refusal.Status >= StatusCodes.Status500InternalServerError)
            {
                Failed(logger, context.Request.Method, context.Request.Path, exception);
            }

            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            {
                context.Abort();
                return;
            }

            await WriteAsync(context, refusal).ConfigureAwait(false);
        }
    }

    /// <summary>The digest that a request names.</summary>
    /// <exception cref="OciException">400 <c>DIGEST_INVALID</c>.</exception>
    public static Digest ParseDigest(string? text) =>
        Digest.TryParse(text, out var digest, out string? problem)
            ? digest
            : throw new OciException(StatusCodes.Status400BadRequest, "DIGEST_INVALID", problem);

    /// <summary>Whether the client is the reason: it left while its request was read or answered.</summary>
    private static bool HasLeft(HttpContext context, Exception exception) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException);

    private static OciException? Explain(Exception exception) => exception switch
    {
        OciException refusal => refusal,
        BlobException refusal => new OciException(StatusOf(refusal.Code), refusal.Code, refusal.Message),
        ManifestFormatException refusal => new OciException(StatusCodes.Status400BadRequest, "MANIFEST_INVALID", refusal.Message),
        BadHttpRequestException refusal => new OciException(refusal.StatusCode, "UNSUPPORTED", refusal.Message),
        IOException { HResult: DiskFull or QuotaReached } => new OciException(
            StatusCodes.Status507InsufficientStorage, "INSUFFICIENT_STORAGE", "The registry is full: its disk, or what its bound allows. Free space, then push again."),
        OperationCanceledException => null,
        RegistryException { IsTransient: true } => new OciException(
            StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The registry that this repository mirrors is away, and what was asked for is not here. Try again later."),
        RegistryException refusal => new OciException(
            StatusCodes.Status502BadGateway, "UPSTREAM_FAILED", $"The registry that this repository mirrors does not answer as it should ({refusal.Code}). The log of this registry says how."),
        StorageUnavailableException => new OciException(
            StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The storage behind the registry does not answer as it should. Try again later."),
        IOException or UnauthorizedAccessException => new OciException(
            StatusCodes.Status500InternalServerError, "UNKNOWN", "The storage of the registry failed. Its log says how."),
        _ => new OciException(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry failed. Its log says how."),
    };

    private static int StatusOf(string code) => code switch
    {
        BlobException.Corrupted => StatusCodes.Status500InternalServerError,
        "BLOB_UPLOAD_UNKNOWN" => StatusCodes.Status404NotFound,
        "RANGE_INVALID" => StatusCodes.Status416RangeNotSatisfiable,
        "SIZE_INVALID" => StatusCodes.Status413PayloadTooLarge,
        "TOOMANYREQUESTS" => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Answers with the error body.</summary>
    public static async Task WriteAsync(HttpContext context, OciException refusal)
    {
        var response = context.Response;
        response.StatusCode = refusal.Status;
        response.ContentLength = null;
        response.ContentType = "application/json";
        response.Headers.Remove("ETag");
        if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = RetryAfterSeconds;
        }

        if (refusal.Status != StatusCodes.Status416RangeNotSatisfiable)
        {
            response.Headers.Remove("Content-Range");
        }

        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors");
            writer.WriteStartObject();
            writer.WriteString("code", refusal.Code);
            writer.WriteString("message", refusal.Message);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Registry cannot answer {Method} {Path}")]
    private static partial void Failed(ILogger logger, string method, string path, Exception exception);
}
