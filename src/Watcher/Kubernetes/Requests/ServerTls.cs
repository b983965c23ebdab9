using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Whom we take for the API server: the host of the address, vouched for by the cluster's own authorities and no others.</summary>
internal static class ServerTls
{
    /// <summary>The options of a connection, for the certificates of this moment.</summary>
    public static SslClientAuthenticationOptions Options(ClusterConfiguration configuration, X509Certificate2Collection? roots, X509Certificate2? client)
    {
        var options = new SslClientAuthenticationOptions
        {
            // A resumed session would go on under the client certificate of before.
            AllowTlsResume = client is null,
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, additionalCertificates: null, offline: true),
        };
        if (configuration.WithoutServerIdentityUnsafe)
        {
#pragma warning disable CA5359 // The operator asked for it, by a switch whose name says what it is.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (roots is not null)
        {
            // No callback: the host name and everything else stay checked by the runtime.
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(roots);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
