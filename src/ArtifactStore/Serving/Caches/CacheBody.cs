using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>The content that a request brings.</summary>
internal static class CacheBody
{
    /// <summary>
    /// Opens the content. One that is announced as too large is refused before any of it is read, so that a client which waits for
    /// <c>100 Continue</c> (RFC 9110, section 10.1.1) sends nothing.
    /// </summary>
    /// <exception cref="OciException">413 <c>SIZE_INVALID</c>.</exception>
    public static Stream Open(HttpContext context, long maximumSize)
    {
        if (context.Request.ContentLength > maximumSize)
        {
            throw TooLarge(maximumSize);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // The limit of the store holds instead of the server's, which is meant for forms.
            limit.MaxRequestBodySize = null;
        }

        return context.Request.Body;
    }

    /// <summary>Reads the content into memory.</summary>
    /// <exception cref="OciException">413 <c>SIZE_INVALID</c>.</exception>
    public static async Task<byte[]> ReadAllAsync(HttpContext context, int maximumSize)
    {
        var body = Open(context, maximumSize);
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > maximumSize)
            {
                throw TooLarge(maximumSize);
            }
        }

        return content.ToArray();
    }

    private static OciException TooLarge(long maximumSize) => new(
        StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"The content has more than {maximumSize} bytes. Send less, or raise the limit.");
}
