using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/referrers/digest</c> (distribution-spec 1.1, "Listing Referrers").</summary>
internal sealed class ReferrerEndpoints(ReferrerStore referrers, Mirrors mirrors)
{
    private const int MaximumPageEntries = 1000;

    // Leaves room for one more entry with the largest annotations below the 4 MiB that clients read.
    private const int FullPageSize = 2 * 1024 * 1024;

    /// <summary>GET: an index of the manifests that refer to the digest, in pages.</summary>
    public async Task ListAsync(HttpContext context, RegistryRoute route)
    {
        var subject = OciErrors.ParseDigest(route.Name);
        await mirrors.BringReferrersAsync(route.Repository, subject, context.RequestAborted).ConfigureAwait(false);
        string? type = context.Request.Query["artifactType"];
        string? last = context.Request.Query["last"];
        var page = new ArrayBufferWriter<byte>();
        var writer = new Utf8JsonWriter(page, DescriptorFormat.WriterOptions);
        await using var disposal = writer.ConfigureAwait(false);
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.Index);
        writer.WriteStartArray("manifests");
        int count = 0;
        string? written = null;
        await foreach (var referrer in referrers.ListAsync(route.Repository, subject, last, context.RequestAborted).ConfigureAwait(false))
        {
            if (!string.IsNullOrEmpty(type) && !string.Equals(referrer.ArtifactType, type, StringComparison.Ordinal))
            {
                continue;
            }

            if (count == MaximumPageEntries || writer.BytesCommitted + writer.BytesPending > FullPageSize)
            {
                string filter = string.IsNullOrEmpty(type) ? "" : $"&artifactType={Uri.EscapeDataString(type)}";
                context.Response.Headers.Link = $"</v2/{route.Repository}/referrers/{subject}?last={Uri.EscapeDataString(written!)}{filter}>; rel=\"next\"";
                break;
            }

            DescriptorFormat.Write(writer, referrer);
            written = referrer.Digest.ToString();
            count++;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        if (!string.IsNullOrEmpty(type))
        {
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }

        context.Response.ContentType = MediaTypes.Index;
        context.Response.ContentLength = page.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(page.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
