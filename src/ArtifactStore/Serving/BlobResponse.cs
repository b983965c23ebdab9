using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Answers GET and HEAD for a blob: whole, one range (RFC 9110, section 14), or not modified.</summary>
internal static class BlobResponse
{
    /// <summary>Writes the answer to GET, or to HEAD for what is open anyway. The caller has set the content type.</summary>
    public static Task WriteAsync(HttpContext context, IBlobReader blob)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            WriteHead(context, blob.Digest, blob.Size);
            return Task.CompletedTask;
        }

        string tag = Begin(context.Response, blob.Digest);
        if (IsKnown(context, tag))
        {
            return Task.CompletedTask;
        }

        var range = ReadRange(context, blob, tag);
        context.Response.ContentLength = range.Count;
        return blob.CopyToAsync(context.Response.BodyWriter, range.Offset, range.Count, context.RequestAborted);
    }

    /// <summary>Writes the answer to HEAD, which knows no ranges. The caller has set the content type.</summary>
    public static void WriteHead(HttpContext context, Digest digest, long size)
    {
        string tag = Begin(context.Response, digest);
        if (!IsKnown(context, tag))
        {
            context.Response.ContentLength = size;
        }
    }

    private static string Begin(HttpResponse response, Digest digest)
    {
        string tag = $"\"{digest}\"";
        response.Headers.ETag = tag;
        response.Headers.AcceptRanges = "bytes";
        return tag;
    }

    /// <summary>Whether the client has these bytes; then the answer is written.</summary>
    private static bool IsKnown(HttpContext context, string tag)
    {
        // The parsed form of all headers is costly, and almost no request has this one.
        if (context.Request.Headers.IfNoneMatch.Count == 0
            || !context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        context.Response.ContentType = null;
        return true;
    }

    /// <summary>The bytes to send. A header that asks for several ranges, or is conditional on other content, is ignored.</summary>
    private static ByteRange ReadRange(HttpContext context, IBlobReader blob, string tag)
    {
        var whole = new ByteRange(0, blob.Size);
        var headers = context.Request.Headers;
        if (headers.Range.Count != 1 || (headers.IfRange.Count > 0 && headers.IfRange != tag))
        {
            return whole;
        }

        var requested = RequestedRange.Read(headers.Range.ToString(), blob.Size);
        if (!requested.Applies)
        {
            return whole;
        }

        if (requested.Bytes is not { } range)
        {
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{blob.Size}");
            throw new OciException(
                StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", $"Blob {blob.Digest} has {blob.Size} bytes: the range lies outside.");
        }

        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = string.Create(
            CultureInfo.InvariantCulture, $"bytes {range.Offset}-{range.Offset + range.Count - 1}/{blob.Size}");
        return range;
    }
}
