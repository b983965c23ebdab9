using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>The connections to one API server under one set of certificates: those for watches apart from the others.</summary>
internal sealed class ServerConnections : IDisposable
{
    private readonly HttpMessageInvoker requests;
    private readonly HttpMessageInvoker watches;

    public ServerConnections(ClusterConfiguration configuration, X509Certificate2Collection? roots, X509Certificate2? client)
    {
        Roots = roots;
        Client = client;
        requests = Open(configuration, ServerTls.Options(configuration, roots, client), !configuration.Server.IsLoopback);
        watches = Open(configuration, ServerTls.Options(configuration, roots, client), compressed: false);
    }

    public X509Certificate2Collection? Roots { get; }

    public X509Certificate2? Client { get; }

    public HttpMessageInvoker For(ApiRequest request) => request.IsWatch ? watches : requests;

    public void Dispose()
    {
        requests.Dispose();
        watches.Dispose();
    }

    private static HttpMessageInvoker Open(ClusterConfiguration configuration, SslClientAuthenticationOptions tls, bool compressed)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = compressed ? DecompressionMethods.GZip : DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            EnableMultipleHttp2Connections = true,

            // A connection that died without a word is found within 45 s.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (configuration.Proxy is not null)
        {
            handler.Proxy = new WebProxy(configuration.Proxy) { Credentials = CredentialsOf(configuration.Proxy) };
        }
        else if (configuration.TlsServerName is { } name && configuration.Server.Scheme == Uri.UriSchemeHttps)
        {
            // The handler would take the name to verify from the address; it leaves a stream that is secured already as it is.
            handler.UseProxy = false;
            tls.TargetHost = name;
            tls.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
            handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, tls, cancellationToken);
        }

        return new HttpMessageInvoker(handler);
    }

    private static NetworkCredential? CredentialsOf(Uri proxy)
    {
        string[] parts = proxy.UserInfo.Split(':', 2);
        return parts[0].Length is 0 ? null : new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length is 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint server, SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
