using System.Net;
using System.Net.Security;

namespace Provenance.Attestor.SigningServices;

/// <summary>Makes the HTTP client for services that signing needs.</summary>
public static class ServiceClient
{
    private const int MaximumHeaderKilobytes = 32;

    /// <summary>
    /// A client that follows no redirects, keeps no cookies, unpacks nothing, and uses the proxy of the system for all but this machine;
    /// the caller disposes of it. Callers set time limits of their own.
    /// </summary>
    public static HttpClient Create() => Create(validation: null);

    /// <summary>The same, with a judgement of our own on servers' certificates.</summary>
    /// <param name="validation">The judgement; null for the machine's.</param>
    internal static HttpClient Create(RemoteCertificateValidationCallback? validation) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MaximumHeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = new OutwardProxy(HttpClient.DefaultProxy),
            SslOptions = { RemoteCertificateValidationCallback = validation },
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
