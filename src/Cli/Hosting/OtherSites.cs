using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Provenance.Cli.Hosting;

/// <summary>
/// Refuses what a browser sends for a page of another site. Such a page may not read our answers, but may send some requests without
/// asking first, among them the POST that stores a blob. Registry clients send neither header (Fetch Metadata; RFC 6454, section 7).
/// </summary>
internal static class OtherSites
{
    public static IApplicationBuilder RefuseOtherSites(this IApplicationBuilder application) => application.Use(static next => context =>
    {
        if (!IsForeign(context.Request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Web pages of other sites have no access.\n", context.RequestAborted);
    });

    private static bool IsForeign(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        return (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}") || site is not ("" or "none" or "same-origin");
    }
}
