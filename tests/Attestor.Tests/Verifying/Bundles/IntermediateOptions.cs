using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>What the certificate of an authority below the root of the tests is like.</summary>
internal sealed record IntermediateOptions
{
    public string? Purpose { get; init; } = "1.3.6.1.5.5.7.3.3";

    public bool IsAuthority { get; init; } = true;

    public bool MaySignCertificates { get; init; } = true;

    /// <summary>Whether the root allows none below it.</summary>
    public bool IsTooDeep { get; init; }

    /// <summary>Whether names are constrained, and if so whether that is critical.</summary>
    public bool? NamesAreConstrainedCritically { get; init; }

    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(100);

    public X509Certificate2 Issue(X509Certificate2 root, ECDsa rootKey, ECDsa key, DateTimeOffset start)
    {
        var request = new CertificateRequest("CN=private authority below", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(IsAuthority, IsAuthority, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(MaySignCertificates ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.CrlSign, true));
        if (Purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(Purpose)], false));
        }

        if (NamesAreConstrainedCritically is { } isCritical)
        {
            // permittedSubtrees: URIs of the host ci.example.com.
            byte[] host = "ci.example.com"u8.ToArray();
            byte[] general = [0x86, (byte)host.Length, .. host];
            byte[] subtree = [0x30, (byte)general.Length, .. general];
            byte[] permitted = [0xA0, (byte)subtree.Length, .. subtree];
            request.CertificateExtensions.Add(new X509Extension("2.5.29.30", [0x30, (byte)permitted.Length, .. permitted], isCritical));
        }

        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), start.AddDays(-1), start.AddDays(-1) + Lifetime, [1, 2, 3]);
    }
}
