using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Provenance.ArtifactStore.Blobs;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Answers GET and HEAD for a blob: whole, one range (RFC 9110, section 14), or not modified.</summary>
internal static class BlobResponse
{
    /// <summary>Writes the answer. The caller has set the content type.</summary>
    public static async Task WriteAsync(HttpContext context, IBlobReader blob)
    {
        var request = context.Request;
        var response = context.Response;
        string tag = $"\"{blob.Digest}\"";
        response.Headers.ETag = tag;
        response.Headers.AcceptRanges = "bytes";
        if (IsKnown(request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.ContentType = null;
            return;
        }

        var range = new ByteRange(0, blob.Size);
        if (RequestedRange(request, tag) is { } requested)
        {
            if (Resolve(requested, blob.Size) is not { } resolved)
            {
                response.Headers.ContentRange = $"bytes */{blob.Size}";
                throw new OciException(
                    StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", $"Blob {blob.Digest} has {blob.Size} bytes: the range lies outside.");
            }

            range = resolved;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Count - 1}/{blob.Size}";
        }

        response.ContentLength = range.Count;
        if (!HttpMethods.IsHead(request.Method))
        {
            await blob.CopyToAsync(response.BodyWriter, range.Offset, range.Count, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static bool IsKnown(HttpRequest request, string tag) =>
        request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag);

    /// <summary>The single range asked for. A header that is malformed, asks for several, or is conditional on other content is ignored.</summary>
    private static RangeItemHeaderValue? RequestedRange(HttpRequest request, string tag)
    {
        var headers = request.GetTypedHeaders();
        bool applies = request.Headers.IfRange.Count == 0 || headers.IfRange?.EntityTag?.Tag == tag;
        return applies && headers.Range is { Unit.Value: "bytes", Ranges.Count: 1 } range ? range.Ranges.First() : null;
    }

    private static ByteRange? Resolve(RangeItemHeaderValue range, long size) => (range.From, range.To) switch
    {
        ({ } from, _) when from >= size => null,
        ({ } from, { } to) => new ByteRange(from, Math.Min(to, size - 1) - from + 1),
        ({ } from, null) => new ByteRange(from, size - from),
        (null, { } last) when last == 0 || size == 0 => null,
        (null, { } last) => new ByteRange(Math.Max(0, size - last), Math.Min(last, size)),
        _ => null,
    };
}
