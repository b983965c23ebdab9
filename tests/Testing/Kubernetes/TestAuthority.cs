using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Provenance.Testing.Kubernetes;

/// <summary>A certificate authority of a test cluster.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 root;

    /// <summary>Makes an authority with a key of its own.</summary>
    public TestAuthority(string name = "test cluster")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        root = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
    }

    /// <summary>The authority's certificate in PEM.</summary>
    public string Pem => root.ExportCertificatePem() + "\n";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Issues a certificate for a server with these host names or addresses.</summary>
    public X509Certificate2 Server(params string[] hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = Issue(new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256), "1.3.6.1.5.5.7.3.1", names.Build());
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Issues a client certificate and gives it and its key in PEM.</summary>
    public (string Certificate, string Key) Client(string name, bool rsa = false)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsaKey
            ? new CertificateRequest($"CN={name}", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", (ECDsa)key, HashAlgorithmName.SHA256);
        using var issued = Issue(request, "1.3.6.1.5.5.7.3.2", null);
        return (issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();

    private X509Certificate2 Issue(CertificateRequest request, string usage, X509Extension? names)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        var generator = X509SignatureGenerator.CreateForECDsa(root.GetECDsaPrivateKey()!);
        return request.Create(root.SubjectName, generator, Now.AddHours(-1), Now.AddDays(29), RandomNumberGenerator.GetBytes(16));
    }
}
