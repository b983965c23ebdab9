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

    /// <summary>What stays on this machine may be unencrypted, and so must not leave it.</summary>
    private sealed class OutwardProxy(IWebProxy system) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => system.Credentials;
            set => system.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => Loopback.Has(destination) ? null : system.GetProxy(destination);

        public bool IsBypassed(Uri host) => Loopback.Has(host) || system.IsBypassed(host);
    }
}
