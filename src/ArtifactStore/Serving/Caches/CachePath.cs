using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>Holds that a path means the same to everyone who reads it.</summary>
internal static class CachePath
{
    /// <summary>
    /// Refuses a path that the server had to resolve: with <c>.</c> or <c>..</c> in it, or with an escaped slash. What stands in front of
    /// us, and what grants access, may resolve it otherwise.
    /// </summary>
    /// <exception cref="OciException">400 <c>KEY_INVALID</c>.</exception>
    public static void RequirePlain(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        if (Uri.UnescapeDataString(path) != $"{context.Request.PathBase.Value}{context.Request.Path.Value}")
        {
            throw Refused();
        }
    }

    /// <summary>The refusal of a path that names nothing that can be kept.</summary>
    public static OciException Refused() => new(
        StatusCodes.Status400BadRequest,
        "KEY_INVALID",
        "The path is no key: segments of letters, digits and -._~!$&'()*+,;=:@, at most 255 characters each and 1024 in all, none of them . or ..");

    /// <summary>The refusal of a method.</summary>
    public static OciException NotAllowed(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new OciException(StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", $"{context.Request.Method} is not supported here, only {allowed}.");
    }
}
