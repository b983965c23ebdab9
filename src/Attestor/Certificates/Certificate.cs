using System.Formats.Asn1;
using System.Security.Cryptography;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Certificates;

/// <summary>A certificate (RFC 5280, section 4.1), read strictly from its DER. Reading one verifies nothing.</summary>
internal sealed class Certificate
{
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);

    private readonly Lazy<SignatureKey> key;

    private Certificate(ReadOnlyMemory<byte> encoded, ReadOnlyMemory<byte> signed, string signatureAlgorithm, byte[] signature)
    {
        Encoded = encoded;
        Signed = signed;
        SignatureAlgorithm = signatureAlgorithm;
        Signature = signature;
        key = new Lazy<SignatureKey>(() => SignatureKey.FromSubjectPublicKeyInfo(SubjectPublicKeyInfo));
    }

    /// <summary>The whole certificate.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>The part that the issuer signed (TBSCertificate).</summary>
    public ReadOnlyMemory<byte> Signed { get; }

    /// <summary>The object identifier of the signature's algorithm.</summary>
    public string SignatureAlgorithm { get; }

    /// <summary>The issuer's signature.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Its number among the issuer's certificates: the bytes of the INTEGER.</summary>
    public required ReadOnlyMemory<byte> SerialNumber { get; init; }

    /// <summary>The issuer's name, DER.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>The subject's name, DER.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>The first moment at which it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The last moment at which it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The DER of the public key.</summary>
    public required ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; init; }

    /// <summary>The extensions, each once.</summary>
    public required IReadOnlyList<CertificateExtension> AllExtensions { get; init; }

    /// <summary>Whether it names itself as its issuer, as roots do.</summary>
    public bool IsSelfIssued => Issuer.Span.SequenceEqual(Subject.Span);

    /// <summary>The public key.</summary>
    /// <exception cref="KeyException">It is of no kind that is supported.</exception>
    public SignatureKey Key => key.Value;

    /// <summary>Reads the DER of one certificate.</summary>
    /// <exception cref="EvidenceException"><c>CERT_INVALID</c>.</exception>
    public static Certificate Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var signed = outer.PeekEncodedValue();
            var body = outer.ReadSequence();
            var algorithm = outer.PeekEncodedValue();
            string oid = outer.ReadSequence().ReadObjectIdentifier();
            byte[] signature = outer.ReadBitString(out int unused);
            outer.ThrowIfNotEmpty();
            var version = body.ReadSequence(Version);
            if (unused is not 0 || version.ReadInteger() != 2)
            {
                throw new EvidenceException("CERT_INVALID", "The certificate is not of version 3.");
            }

            var number = body.ReadIntegerBytes();
            if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
            {
                throw new EvidenceException("CERT_INVALID", "The certificate names two signature algorithms.");
            }

            var issuer = body.ReadEncodedValue();
            var validity = body.ReadSequence();
            var (notBefore, notAfter) = (ReadTime(validity), ReadTime(validity));
            var subject = body.ReadEncodedValue();
            var subjectKey = body.ReadEncodedValue();
            var extensions = body.HasData && body.PeekTag().HasSameClassAndValue(Extensions) ? ReadExtensions(body.ReadSequence(Extensions)) : [];
            body.ThrowIfNotEmpty();
            return new Certificate(der, signed, oid, signature)
            {
                SerialNumber = number,
                Issuer = issuer,
                Subject = subject,
                NotBefore = notBefore,
                NotAfter = notAfter,
                SubjectPublicKeyInfo = subjectKey,
                AllExtensions = extensions,
            };
        }
        catch (AsnContentException e)
        {
            throw new EvidenceException("CERT_INVALID", "The certificate is not valid DER, or not of the form of an X.509 certificate of version 3.", e);
        }
    }

    /// <summary>An extension; null where there is none of that object identifier.</summary>
    public CertificateExtension? Find(string oid) => AllExtensions.FirstOrDefault(extension => extension.Oid == oid);

    /// <summary>Whether the time lies within the validity, its ends included.</summary>
    public bool IsValidAt(DateTimeOffset time) => time >= NotBefore && time <= NotAfter;

    /// <summary>Whether the key of the issuer made the signature over this certificate.</summary>
    /// <exception cref="KeyException">The issuer's key is of no kind that is supported.</exception>
    public bool IsSignedBy(Certificate issuer)
    {
        HashAlgorithmName? hash = SignatureAlgorithm switch
        {
            "1.2.840.10045.4.3.2" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
            "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
            "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" or "1.3.101.112" => HashAlgorithmName.SHA512,
            _ => null,
        };
        return hash is { } known && Issuer.Span.SequenceEqual(issuer.Subject.Span) && issuer.Key.Verify(Signed.Span, Signature.Span, known);
    }

    // Times have no fractions of a second (RFC 5280, section 4.1.2.5.2).
    private static DateTimeOffset ReadTime(AsnReader validity)
    {
        var time = validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? validity.ReadUtcTime(2049) : validity.ReadGeneralizedTime();
        return time.Ticks % TimeSpan.TicksPerSecond is 0 ? time : throw new AsnContentException();
    }

    private static List<CertificateExtension> ReadExtensions(AsnReader wrapper)
    {
        var sequence = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();
        var extensions = new List<CertificateExtension>();
        while (sequence.HasData)
        {
            var encoded = sequence.PeekEncodedValue();
            var extension = sequence.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (!extension.TryReadPrimitiveOctetString(out var value))
            {
                throw new AsnContentException();
            }

            extension.ThrowIfNotEmpty();
            if (extensions.Exists(other => other.Oid == oid))
            {
                throw new EvidenceException("CERT_INVALID", $"The certificate has the extension {oid} twice.");
            }

            extensions.Add(new CertificateExtension(oid, isCritical, value, encoded));
        }

        return extensions;
    }
}
