using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Provenance.Testing.Sigstore;

/// <summary>Issues signing certificates of ten minutes with the extensions of Fulcio, each with the promise of a certificate log.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string FulcioArc = "1.3.6.1.4.1.57264.1.";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    private readonly List<(X509Certificate2 Certificate, ECDsa Key)> chain = [];
    private readonly CertificateLog log;

    /// <summary>Makes an authority whose certificates are valid from an hour before now.</summary>
    public CertificateAuthority(CertificateLog log, bool hasIntermediate, DateTimeOffset now)
    {
        this.log = log;
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Request("CN=sigstore,O=private.example", rootKey, hasIntermediate ? 1 : 0);
        chain.Add((root.CreateSelfSigned(now.AddHours(-1), now.AddYears(1)), rootKey));
        if (hasIntermediate)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = Request("CN=sigstore-intermediate,O=private.example", key, 0);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CodeSigning)], false));
            chain.Insert(0, (Sign(request, now.AddHours(-1), now.AddYears(1).AddHours(-1)), key));
        }
    }

    /// <summary>The certificates that issue, the root last.</summary>
    public IEnumerable<byte[]> Chain => chain.Select(static link => link.Certificate.RawData);

    /// <summary>A certificate for a key.</summary>
    public byte[] Issue(PublicKey key, VerifiedToken token, DateTimeOffset now, SigstoreLie lie)
    {
        string issuer = lie is SigstoreLie.CertificateByAnotherIssuer ? "https://elsewhere.example" : token.Issuer;
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var start = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset) - (lie is SigstoreLie.CertificateExpired ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        var subject = lie is SigstoreLie.CertificateForAnotherKey ? new PublicKey(another) : key;
        var request = new CertificateRequest(new X500DistinguishedName(""), subject, HashAlgorithmName.SHA256);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CodeSigning)], false));
        extensions.Add(new X509SubjectKeyIdentifierExtension(subject, false));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(chain[0].Certificate, true, false));
        extensions.Add(NameOf(token, lie));
        extensions.Add(new X509Extension(FulcioArc + "1", Encoding.UTF8.GetBytes(issuer), false));
        extensions.Add(new X509Extension(FulcioArc + "8", Utf8String(issuer), false));
        extensions.Add(new X509Extension(FulcioArc + "24", Utf8String(token.Subject), false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        if (lie is not SigstoreLie.CertificatePromiseMissing)
        {
            byte[] before = Sign(request, start, start.AddMinutes(10), serial).RawData;
            extensions.Add(new X509Extension(CertificateLog.Extension, log.Promise(before, chain[0].Key.ExportSubjectPublicKeyInfo(), start, lie), false));
        }

        return Sign(request, start, start.AddMinutes(10), serial).RawData;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (certificate, key) in chain)
        {
            certificate.Dispose();
            key.Dispose();
        }
    }

    private static CertificateRequest Request(string name, ECDsa key, int authoritiesBelow)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, authoritiesBelow, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static X509Extension NameOf(VerifiedToken token, SigstoreLie lie)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (token.Email is { } email)
        {
            names.AddEmailAddress(lie is SigstoreLie.CertificateForAnotherIdentity ? "mallory@example.com" : email);
            return names.Build(critical: true);
        }

        string name = token.Workflow is { } workflow ? $"https://github.com/{workflow}" : token.Subject;
        if (!Uri.TryCreate(name, UriKind.Absolute, out var uri) || uri.Host.Length is 0)
        {
            throw SigstoreRefusalException.Invalid("There was an error processing the identity token");
        }

        names.AddUri(lie is SigstoreLie.CertificateForAnotherIdentity ? new Uri("https://ci.example.com/mallory") : uri);
        return names.Build(critical: true);
    }

    private static byte[] Utf8String(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        return writer.Encode();
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset start, DateTimeOffset end, byte[]? serial = null) =>
        request.Create(chain[0].Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(chain[0].Key), start, end, serial ?? RandomNumberGenerator.GetBytes(8));
}
