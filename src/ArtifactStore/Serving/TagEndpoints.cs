using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Manifests;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/tags/list</c> (distribution-spec 1.1, "Listing Tags").</summary>
internal sealed class TagEndpoints(ManifestStore manifests)
{
    private const int MaximumPageEntries = 10_000;

    /// <summary>GET: the tags in ordinal order, in pages of <c>?n=</c> after <c>?last=</c>.</summary>
    public async Task ListAsync(HttpContext context, RegistryRoute route)
    {
        if (!manifests.Exists(route.Repository))
        {
            throw new OciException(StatusCodes.Status404NotFound, "NAME_UNKNOWN", $"There is no repository {route.Repository}.");
        }

        int count = ReadCount(context.Request.Query["n"]);
        string? last = context.Request.Query["last"];
        string[] remaining = [.. manifests.ListTags(route.Repository).Where(tag => string.CompareOrdinal(tag, last) > 0)];
        string[] page = remaining[..Math.Min(count, remaining.Length)];
        if (page.Length > 0 && page.Length < remaining.Length)
        {
            context.Response.Headers.Link = $"</v2/{route.Repository}/tags/list?n={count}&last={page[^1]}>; rel=\"next\"";
        }

        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("name", route.Repository);
            writer.WriteStartArray("tags");
            foreach (string tag in page)
            {
                writer.WriteStringValue(tag);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static int ReadCount(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return MaximumPageEntries;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? Math.Min(count, MaximumPageEntries)
            : throw new OciException(StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", "n must be a count of tags.");
    }
}
