using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>The certificate authorities of a cluster, in PEM: one or several, and others after a rotation.</summary>
internal sealed class TrustedRoots(ConfiguredBytes pem)
{
    private const int MaximumCount = 256;

    private readonly Lock gate = new();
    private byte[]? parsed;
    private X509Certificate2Collection certificates = [];

    /// <summary>The certificates: the same collection for as long as nothing changed.</summary>
    /// <exception cref="ClusterConfigurationException">There is no certificate, or one that cannot be read.</exception>
    public X509Certificate2Collection Read()
    {
        byte[] current = pem.Read();
        lock (gate)
        {
            if (!ReferenceEquals(current, parsed))
            {
                certificates = Parse(current, pem.Origin);
                parsed = current;
            }

            return certificates;
        }
    }

    private static X509Certificate2Collection Parse(byte[] bytes, string origin)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(Encoding.UTF8.GetString(bytes));
        }
        catch (CryptographicException e)
        {
            throw new ClusterConfigurationException($"The certificate authority in {origin} is no certificate in PEM: {e.Message}", e);
        }

        return found.Count is > 0 and <= MaximumCount
            ? found
            : throw new ClusterConfigurationException($"The certificate authority in {origin} holds {found.Count} certificates in PEM; between 1 and {MaximumCount} are needed.");
    }
}
