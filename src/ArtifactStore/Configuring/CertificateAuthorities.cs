using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Provenance.ArtifactStore.Configuring;

/// <summary>Certificates checked against authorities of our own choice instead of the machine's.</summary>
public static class CertificateAuthorities
{
    private const int MaximumSize = 1 << 20;

    /// <summary>Reads authorities in PEM.</summary>
    /// <exception cref="CryptographicException">There is none, or one cannot be read.</exception>
    public static X509Certificate2Collection Parse(byte[] pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(System.Text.Encoding.UTF8.GetString(pem));
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no certificate in PEM.");
    }

    /// <summary>Judges servers' certificates by the authorities in a PEM file of at most 1 MiB, which may be replaced.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used.</exception>
    public static RemoteCertificateValidationCallback TrustedBy(string file, TimeProvider time, Action<string>? trouble)
    {
        var authorities = new RereadFile<X509Certificate2Collection>(file, MaximumSize, Parse, time, trouble);
        return (_, certificate, presented, errors) =>
            certificate is not null && Trusts(authorities.Current, new X509Certificate2(certificate), presented, errors);
    }

    /// <summary>Whether a server's certificate leads to one of the authorities and is for the host that was asked.</summary>
    public static bool Trusts(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? presented, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) is SslPolicyErrors.None && LeadsTo(authorities, certificate, presented, usage: "1.3.6.1.5.5.7.3.1");

    /// <summary>Whether a client's certificate leads to one of the authorities and is meant for clients.</summary>
    public static bool TrustsClient(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? presented) =>
        LeadsTo(authorities, certificate, presented, usage: "1.3.6.1.5.5.7.3.2");

    private static bool LeadsTo(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? presented, string usage)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(certificate);
    }
}
