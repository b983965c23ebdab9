using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>A client certificate and its key (RSA or EC) in PEM, and others after a rotation.</summary>
internal sealed class ClientCertificate(ConfiguredBytes certificate, ConfiguredBytes key)
{
    private readonly Lock gate = new();
    private byte[]? parsedCertificate;
    private byte[]? parsedKey;
    private X509Certificate2? current;

    /// <summary>The certificate with its key: the same instance for as long as nothing changed.</summary>
    /// <exception cref="ClusterConfigurationException">There is none that can be used.</exception>
    public X509Certificate2 Read()
    {
        byte[] certificateNow = certificate.Read();
        byte[] keyNow = key.Read();
        lock (gate)
        {
            if (current is not null && ReferenceEquals(certificateNow, parsedCertificate) && ReferenceEquals(keyNow, parsedKey))
            {
                return current;
            }

            try
            {
                current = Parse(certificateNow, keyNow, certificate.Origin);
                (parsedCertificate, parsedKey) = (certificateNow, keyNow);
            }
            catch (ClusterConfigurationException) when (current is not null)
            {
                // The certificate was renewed and its key not yet (or the other way round): the pair before still fits together.
            }

            return current;
        }
    }

    /// <summary>Makes the next read look at the disk.</summary>
    public void Forget()
    {
        certificate.Forget();
        key.Forget();
    }

    /// <summary>Reads a certificate with its key.</summary>
    /// <exception cref="ClusterConfigurationException">They are no PEM or do not belong together.</exception>
    public static X509Certificate2 Parse(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> key, string origin)
    {
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The inner message may quote what it could not read, which is the key: it is left out.
            throw new ClusterConfigurationException($"The client certificate in {origin} and its key are no pair of PEM texts (RSA or EC, not encrypted).");
        }
    }
}
