using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Provenance.Testing.Sigstore;

/// <summary>A time stamping authority (RFC 3161) with a root and a certificate of its own.</summary>
internal sealed class TimestampAuthority : IDisposable
{
    private const string ContentType = "1.2.840.113549.1.9.16.1.4";
    private const string SigningCertificate = "1.2.840.113549.1.9.16.2.47";
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";
    private const string Policy = "1.3.6.1.4.1.57264.2";

    private static readonly Dictionary<string, int> HashLengths = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = 32,
        ["2.16.840.1.101.3.4.2.2"] = 48,
        ["2.16.840.1.101.3.4.2.3"] = 64,
    };

    private readonly X509Certificate2 root;
    private readonly X509Certificate2 signer;
    private readonly TimeProvider time;

    public TimestampAuthority(TimeProvider time)
    {
        this.time = time;
        var now = time.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=tsa-root,O=private.example", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, false));
        root = rootRequest.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tsa,O=private.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(TimeStamping)], true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var issued = request.Create(root, now.AddHours(-1), now.AddYears(1).AddHours(-1), RandomNumberGenerator.GetBytes(8));
        signer = issued.CopyWithPrivateKey(key);
    }

    /// <summary>The signer, then the root.</summary>
    public IEnumerable<byte[]> Chain => [signer.RawData, root.RawData];

    /// <summary>Answers a TimeStampReq with a TimeStampResp.</summary>
    /// <exception cref="SigstoreRefusalException">The request cannot be read, or its hash has not the length of its algorithm.</exception>
    public byte[] Stamp(byte[] request, SigstoreLie lie)
    {
        if (!Rfc3161TimestampRequest.TryDecode(request, out var asked, out int read)
            || read != request.Length
            || !HashLengths.TryGetValue(asked.HashAlgorithmId.Value!, out int length)
            || asked.GetMessageHash().Length != length)
        {
            throw new SigstoreRefusalException(400, 400, "Error parsing the timestamp request");
        }

        var signed = new SignedCms(new ContentInfo(new Oid(ContentType), Content(asked, lie)));
        var by = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer)
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"),
            IncludeOption = asked.RequestSignerCertificate ? X509IncludeOption.EndCertOnly : X509IncludeOption.None,
        };
        by.SignedAttributes.Add(new AsnEncodedData(SigningCertificate, SignerReference()));
        signed.ComputeSignature(by);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteInteger(0);
            }

            writer.WriteEncodedValue(signed.Encode());
        }

        return writer.Encode();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        root.Dispose();
        signer.Dispose();
    }

    // TSTInfo (RFC 3161, section 2.4.2).
    private byte[] Content(Rfc3161TimestampRequest asked, SigstoreLie lie)
    {
        byte[] hash = asked.GetMessageHash().ToArray();
        if (lie is SigstoreLie.TimestampOverOtherBytes)
        {
            hash[0] ^= 1;
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(asked.RequestedPolicyId?.Value ?? Policy);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(asked.HashAlgorithmId.Value!);
                    writer.WriteNull();
                }

                writer.WriteOctetString(hash);
            }

            byte[] serial = RandomNumberGenerator.GetBytes(16);
            writer.WriteInteger(new BigInteger(serial, isUnsigned: true));
            writer.WriteGeneralizedTime(time.GetUtcNow() + (lie is SigstoreLie.TimestampTimeOff ? TimeSpan.FromDays(1) : TimeSpan.Zero), omitFractionalSeconds: true);
            if (asked.GetNonce() is { } nonce && lie is not SigstoreLie.TimestampWithoutNonce)
            {
                var value = new BigInteger(nonce.Span, isBigEndian: true);
                writer.WriteInteger(lie is SigstoreLie.TimestampWithAnotherNonce ? value + 1 : value);
            }
        }

        return writer.Encode();
    }

    // SigningCertificateV2 with the SHA-256 of the signer's certificate (RFC 5816, section 2.2.1).
    private byte[] SignerReference()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteOctetString(SHA256.HashData(signer.RawData));
        }

        return writer.Encode();
    }
}
