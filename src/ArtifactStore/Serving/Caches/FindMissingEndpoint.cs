using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary><c>POST /cas/find-missing</c>: a JSON array of digests comes in, those of them that are not stored go out, in the same order.</summary>
internal sealed class FindMissingEndpoint(IBlobStore blobs, OciErrors errors)
{
    private const int MaximumDigests = 10_000;
    private const int MaximumBodySize = 2 * 1024 * 1024;

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context) => errors.RunAsync(context, DispatchAsync);

    private Task DispatchAsync(HttpContext context)
    {
        RequestAccess.Require(context, AccessAction.Read, AccessResource.ContentStore);
        return context.Request.Method == "POST" ? FindAsync(context) : throw CachePath.NotAllowed(context, "POST");
    }

    private static Digest[] Parse(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1 });
            if (json.RootElement.ValueKind == JsonValueKind.Array)
            {
                return json.RootElement.GetArrayLength() <= MaximumDigests
                    ? [.. json.RootElement.EnumerateArray().Select(static item => OciErrors.ParseDigest(item.ValueKind == JsonValueKind.String ? item.GetString() : null))]
                    : throw new OciException(StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"More than {MaximumDigests} digests. Ask in parts.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Answered below: what is not JSON, or holds text that is no Unicode, is no list.
        }

        throw new OciException(StatusCodes.Status400BadRequest, "UNSUPPORTED", "The content must be a JSON array of digests, algorithm:hex each.");
    }

    private async Task FindAsync(HttpContext context)
    {
        var digests = Parse(await CacheBody.ReadAllAsync(context, MaximumBodySize).ConfigureAwait(false));
        var missing = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(missing))
        {
            writer.WriteStartArray();
            foreach (var digest in digests)
            {
                if (await blobs.FindSizeAsync(digest, context.RequestAborted).ConfigureAwait(false) is null)
                {
                    writer.WriteStringValue(digest.ToString());
                }
            }

            writer.WriteEndArray();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = missing.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(missing.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
