using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Tests.Timestamps;

/// <summary>An authority of its own, and answers of it of which each part can be put wrong before it is signed.</summary>
internal sealed class ForgedToken
{
    public const string ContentType = "1.2.840.113549.1.9.3";
    public const string MessageDigest = "1.2.840.113549.1.9.4";
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    public const string TimestampType = "1.2.840.113549.1.9.16.1.4";

    public static readonly byte[] Stamped = [1, 2, 3];

    private static readonly Asn1Tag First = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Second = new(TagClass.ContextSpecific, 1);

    private readonly AsymmetricAlgorithm key;
    private readonly X509Certificate2 certificate;

    public ForgedToken(bool rsa = false, bool isCritical = true)
    {
        var ecdsa = rsa ? null : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = ecdsa is null
            ? new CertificateRequest("CN=tsa", RSA.Create(2048), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=tsa", ecdsa, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], isCritical));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        certificate = request.CreateSelfSigned(Time.AddDays(-1), Time.AddDays(1));
        key = ecdsa is null ? certificate.GetRSAPrivateKey()! : ecdsa;
        Authority = TrustedAuthority.OfTimestamps("tsa", null, [Certificate.Parse(certificate.RawData)], new ValidityWindow(Time.AddYears(-1), null));
        Info = WriteInfo();
        Attributes =
        [
            Attribute(ContentType, Write(static w => w.WriteObjectIdentifier(TimestampType))),
            Attribute(MessageDigest, Write(w => w.WriteOctetString(SHA256.HashData(Info)))),
            Attribute(SigningCertificateV2, Reference(SHA256.HashData(certificate.RawData))),
        ];
    }

    public static DateTimeOffset Time { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public TrustedAuthority Authority { get; }

    public byte[] Encoded => certificate.RawData;

    /// <summary>The signed attributes, each as its whole DER.</summary>
    public List<byte[]> Attributes { get; }

    public byte[] Info { get; set; }

    public string Type { get; set; } = TimestampType;

    public string Digest { get; set; } = "2.16.840.1.101.3.4.2.1";

    public string Algorithm { get; set; } = "1.2.840.10045.4.3.2";

    public int Signers { get; set; } = 1;

    public bool ByKeyIdentifier { get; set; }

    public int? SignerVersion { get; set; }

    public int Status { get; set; }

    /// <summary>Attributes beside the signature, which nobody signed.</summary>
    public List<byte[]> Unsigned { get; } = [];

    public static byte[] Attribute(string oid, params byte[][] values) => Write(w =>
    {
        using (w.PushSequence())
        {
            w.WriteObjectIdentifier(oid);
            using (w.PushSetOf())
            {
                foreach (byte[] value in values)
                {
                    w.WriteEncodedValue(value);
                }
            }
        }
    });

    /// <summary>SigningCertificate, or the same of version 2 with SHA-256 by default; with the issuer and the number where they are given.</summary>
    public static byte[] Reference(byte[] hash, byte[]? issuer = null, byte[]? number = null, string? algorithm = null) => Write(w =>
    {
        using (w.PushSequence())
        using (w.PushSequence())
        using (w.PushSequence())
        {
            if (algorithm is not null)
            {
                WriteAlgorithm(w, algorithm);
            }

            w.WriteOctetString(hash);
            if (issuer is not null)
            {
                using (w.PushSequence())
                {
                    using (w.PushSequence())
                    using (w.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
                    {
                        w.WriteEncodedValue(issuer);
                    }

                    w.WriteInteger(number);
                }
            }
        }
    });

    public static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    public static byte[] WriteInfo(int version = 1, string algorithm = "2.16.840.1.101.3.4.2.1", DateTimeOffset? time = null, bool? criticalExtension = null) => Write(w =>
    {
        using (w.PushSequence())
        {
            w.WriteInteger(version);
            w.WriteObjectIdentifier("1.2.3");
            using (w.PushSequence())
            {
                WriteAlgorithm(w, algorithm);
                w.WriteOctetString(SHA256.HashData(Stamped));
            }

            w.WriteInteger(7);
            w.WriteGeneralizedTime(time ?? Time, omitFractionalSeconds: true);
            if (criticalExtension is { } critical)
            {
                using (w.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                using (w.PushSequence())
                {
                    w.WriteObjectIdentifier("1.2.3");
                    if (critical)
                    {
                        w.WriteBoolean(critical);
                    }

                    w.WriteOctetString([]);
                }
            }
        }
    });

    /// <summary>Replaces the TSTInfo, and the digest of it with it.</summary>
    public void SetInfo(byte[] info)
    {
        Info = info;
        Attributes[1] = Attribute(MessageDigest, Write(w => w.WriteOctetString(SHA256.HashData(info))));
    }

    /// <summary>The signed answer, DER.</summary>
    public byte[] Encode() => Write(w =>
    {
        using (w.PushSequence())
        {
            using (w.PushSequence())
            {
                w.WriteInteger(Status);
            }

            using (w.PushSequence())
            {
                w.WriteObjectIdentifier("1.2.840.113549.1.7.2");
                using (w.PushSequence(First))
                using (w.PushSequence())
                {
                    WriteSignedData(w);
                }
            }
        }
    });

    private static void WriteAlgorithm(AsnWriter writer, string oid)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
        }
    }

    private void WriteSignedData(AsnWriter writer)
    {
        writer.WriteInteger(3);
        using (writer.PushSetOf())
        {
            WriteAlgorithm(writer, Digest);
        }

        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Type);
            using (writer.PushSequence(First))
            {
                writer.WriteOctetString(Info);
            }
        }

        using (writer.PushSetOf())
        {
            for (int i = 0; i < Signers; i++)
            {
                WriteSigner(writer);
            }
        }
    }

    private void WriteSigner(AsnWriter writer)
    {
        byte[] signed = Write(w => WriteAttributes(w, Asn1Tag.SetOf, Attributes));
        using (writer.PushSequence())
        {
            writer.WriteInteger(SignerVersion ?? (ByKeyIdentifier ? 3 : 1));
            if (ByKeyIdentifier)
            {
                writer.WriteOctetString(certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.Span, First);
            }
            else
            {
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(certificate.IssuerName.RawData);
                    writer.WriteInteger(certificate.SerialNumberBytes.Span);
                }
            }

            WriteAlgorithm(writer, Digest);
            WriteAttributes(writer, First, Attributes);
            WriteAlgorithm(writer, Algorithm);
            writer.WriteOctetString(key is RSA rsa
                ? rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : ((ECDsa)key).SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            if (Unsigned.Count > 0)
            {
                WriteAttributes(writer, Second, Unsigned);
            }
        }
    }

    private static void WriteAttributes(AsnWriter writer, Asn1Tag tag, List<byte[]> attributes)
    {
        using (writer.PushSetOf(tag))
        {
            attributes.ForEach(attribute => writer.WriteEncodedValue(attribute));
        }
    }
}
