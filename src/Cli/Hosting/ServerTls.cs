using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Cli.Hosting;

/// <summary>The server's side of TLS: a certificate and authorities of clients from files, which take effect within seconds when they change.</summary>
internal sealed class ServerTls
{
    private const int MaximumSize = 1 << 20;

    private readonly RereadFile<SslStreamCertificateContext> certificate;
    private readonly RereadFile<X509Certificate2Collection>? authorities;

    /// <summary>Reads the files for the first time.</summary>
    /// <exception cref="ConfigurationException">One of them cannot be used.</exception>
    public ServerTls((string Certificate, string Key) files, string? clientAuthorities, TimeProvider time, Action<string> trouble)
    {
        certificate = new(files.Certificate, MaximumSize, bytes => Load(bytes, files.Key), time, trouble);
        authorities = clientAuthorities is null ? null : new(clientAuthorities, MaximumSize, CertificateAuthorities.Parse, time, trouble);
    }

    /// <summary>What Kestrel needs.</summary>
    public TlsHandshakeCallbackOptions Options => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(10),
        OnConnection = _ => ValueTask.FromResult(Handshake()),
    };

    private static SslStreamCertificateContext Load(byte[] pem, string keyFile)
    {
        string text = Encoding.UTF8.GetString(pem);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        if (chain.Count is 0)
        {
            throw new CryptographicException("it holds no certificate in PEM.");
        }

        string key;
        try
        {
            key = File.ReadAllText(keyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryptographicException($"its key {keyFile} cannot be read: {e.Message}");
        }

        var leaf = X509Certificate2.CreateFromPem(text, key);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    private SslServerAuthenticationOptions Handshake()
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Current,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        if (authorities is not null)
        {
            // Those without a certificate may have a password or a token; one that is presented must hold.
            options.ClientCertificateRequired = true;
            options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
            options.RemoteCertificateValidationCallback = (_, presented, chain, _) =>
                presented is null || (presented is X509Certificate2 client && CertificateAuthorities.TrustsClient(authorities.Current, client, chain));
        }

        return options;
    }
}
