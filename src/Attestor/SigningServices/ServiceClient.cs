using System.Net;

namespace Provenance.Attestor.SigningServices;

/// <summary>Makes the HTTP client for services that signing needs.</summary>
public static class ServiceClient
{
    private const int MaximumHeaderKilobytes = 32;

    /// <summary>
    /// A client that follows no redirects, keeps no cookies, unpacks nothing, and uses the proxy of the system for all but this machine;
    /// the caller disposes of it. Callers set time limits of their own.
    /// </summary>
    public static HttpClient Create() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MaximumHeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = new OutwardProxy(HttpClient.DefaultProxy),
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
