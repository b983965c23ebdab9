using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Provenance.Attestor.Timestamps;

/// <summary>
/// Reads tokens of time stamping authorities strictly: DER throughout, exactly one signature, each attribute once. Certificates that a
/// token carries are passed over, as only those of the trusted root count.
/// </summary>
internal static class TimestampTokenReader
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TimestampType = "1.2.840.113549.1.9.16.1.4";
    private const string ContentTypeAttribute = "1.2.840.113549.1.9.3";
    private const string MessageDigestAttribute = "1.2.840.113549.1.9.4";
    private const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const byte SetTag = 0x31;

    private static readonly Asn1Tag First = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Second = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag DirectoryName = new(TagClass.ContextSpecific, 4);

    /// <summary>Reads a ContentInfo (RFC 5652, section 3) that holds a token.</summary>
    /// <exception cref="AsnContentException">It is not valid DER, or not of the form of a token.</exception>
    public static TimestampToken Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        Require(outer.ReadObjectIdentifier() is SignedData);
        var data = Only(outer, First).ReadSequence();
        Require(data.TryReadInt32(out int version) && version is >= 1 and <= 5);
        Require(data.PeekTag() == Asn1Tag.SetOf);
        data.ReadEncodedValue();
        var encapsulated = data.ReadSequence();
        Require(encapsulated.ReadObjectIdentifier() is TimestampType);
        var wrapper = Only(encapsulated, First);
        var content = Octets(wrapper);
        wrapper.ThrowIfNotEmpty();
        Skip(data, First);
        Skip(data, Second);
        var signers = data.ReadSetOf();
        data.ThrowIfNotEmpty();
        var signer = signers.ReadSequence();
        signers.ThrowIfNotEmpty();
        return ReadSigner(signer, content);
    }

    private static TimestampToken ReadSigner(AsnReader signer, ReadOnlyMemory<byte> content)
    {
        Require(signer.TryReadInt32(out int version));
        ReadOnlyMemory<byte> issuer = default;
        ReadOnlyMemory<byte> number = default;
        byte[]? identifier = null;
        if (signer.PeekTag().HasSameClassAndValue(First))
        {
            Require(version is 3);
            identifier = signer.ReadOctetString(First);
        }
        else
        {
            Require(version is 1);
            var name = signer.ReadSequence();
            issuer = name.ReadEncodedValue();
            number = name.ReadIntegerBytes();
            name.ThrowIfNotEmpty();
        }

        string digest = TimestampAlgorithms.Read(signer);
        byte[] signed = signer.PeekEncodedValue().ToArray();
        var attributes = ReadAttributes(signer.ReadSetOf(First));
        signed[0] = SetTag;
        string algorithm = TimestampAlgorithms.Read(signer);
        var signature = Octets(signer);
        Skip(signer, Second);
        signer.ThrowIfNotEmpty();

        var type = Value(attributes, ContentTypeAttribute) ?? throw new AsnContentException();
        Require(type.ReadObjectIdentifier() is TimestampType);
        type.ThrowIfNotEmpty();
        var hash = Value(attributes, MessageDigestAttribute) ?? throw new AsnContentException();
        var messageDigest = Octets(hash);
        hash.ThrowIfNotEmpty();
        var info = ReadContent(content);
        return new TimestampToken
        {
            ImprintAlgorithm = info.Algorithm,
            Imprint = info.Hash,
            Time = info.Time,
            Content = content,
            Issuer = issuer,
            SerialNumber = number,
            KeyIdentifier = identifier,
            DigestAlgorithm = digest,
            SignatureAlgorithm = algorithm,
            SignedAttributes = signed,
            MessageDigest = messageDigest,
            Certificates = ReadCertificates(attributes),
            Signature = signature,
        };
    }

    // TSTInfo (RFC 3161, section 2.4.2).
    private static StampedImprint ReadContent(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var info = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        Require(info.TryReadInt32(out int version) && version is 1);
        info.ReadObjectIdentifier();
        var imprint = info.ReadSequence();
        string algorithm = TimestampAlgorithms.Read(imprint);
        var hash = Octets(imprint);
        imprint.ThrowIfNotEmpty();
        info.ReadIntegerBytes();
        var time = info.ReadGeneralizedTime();
        Skip(info, Asn1Tag.Sequence);
        if (info.HasData && info.PeekTag() == Asn1Tag.Boolean)
        {
            info.ReadBoolean();
        }

        if (info.HasData && info.PeekTag() == Asn1Tag.Integer)
        {
            info.ReadIntegerBytes();
        }

        Skip(info, First);
        if (info.HasData && info.PeekTag().HasSameClassAndValue(Second))
        {
            RefuseCritical(info.ReadSequence(Second));
        }

        info.ThrowIfNotEmpty();
        return new StampedImprint(algorithm, hash, time);
    }

    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            extension.ReadObjectIdentifier();
            Require(extension.PeekTag() != Asn1Tag.Boolean || !extension.ReadBoolean());
        }
    }

    private static Dictionary<string, AsnReader> ReadAttributes(AsnReader set)
    {
        var attributes = new Dictionary<string, AsnReader>(StringComparer.Ordinal);
        while (set.HasData)
        {
            var attribute = set.ReadSequence();
            string oid = attribute.ReadObjectIdentifier();
            var values = attribute.ReadSetOf();
            attribute.ThrowIfNotEmpty();
            Require(attributes.TryAdd(oid, values));
        }

        return attributes;
    }

    private static List<CertificateReference> ReadCertificates(Dictionary<string, AsnReader> attributes)
    {
        var references = new List<CertificateReference>();
        if (Value(attributes, SigningCertificate) is { } first)
        {
            // The first form of the attribute knows SHA-1 only. It says which of the trusted certificates was meant, and proves nothing.
            references.Add(ReadCertificate(first, static _ => HashAlgorithmName.SHA1));
        }

        if (Value(attributes, SigningCertificateV2) is { } second)
        {
            references.Add(ReadCertificate(second, static reference => TimestampAlgorithms.FindHash(
                reference.PeekTag() == Asn1Tag.Sequence ? TimestampAlgorithms.Read(reference) : Sha256) ?? throw new AsnContentException()));
        }

        Require(references.Count > 0);
        return references;
    }

    // The signer's certificate comes first (RFC 5035, section 3); those after it, and policies, are not asked for.
    private static CertificateReference ReadCertificate(AsnReader value, Func<AsnReader, HashAlgorithmName> readAlgorithm)
    {
        var attribute = value.ReadSequence();
        value.ThrowIfNotEmpty();
        var reference = attribute.ReadSequence().ReadSequence();
        Skip(attribute, Asn1Tag.Sequence);
        attribute.ThrowIfNotEmpty();
        var algorithm = readAlgorithm(reference);
        var hash = Octets(reference);
        if (!reference.HasData)
        {
            return new CertificateReference(algorithm, hash, null, default);
        }

        var named = reference.ReadSequence();
        reference.ThrowIfNotEmpty();
        var names = named.ReadSequence();
        var directory = Only(names, DirectoryName);
        byte[] issuer = directory.ReadEncodedValue().ToArray();
        directory.ThrowIfNotEmpty();
        var number = named.ReadIntegerBytes();
        named.ThrowIfNotEmpty();
        return new CertificateReference(algorithm, hash, issuer, number);
    }

    // The one value of an attribute; null where the attribute is not there.
    private static AsnReader? Value(Dictionary<string, AsnReader> attributes, string oid)
    {
        if (!attributes.TryGetValue(oid, out var values))
        {
            return null;
        }

        var value = new AsnReader(values.ReadEncodedValue(), AsnEncodingRules.DER);
        values.ThrowIfNotEmpty();
        return value;
    }

    private static AsnReader Only(AsnReader reader, Asn1Tag tag)
    {
        var inner = reader.ReadSequence(tag);
        reader.ThrowIfNotEmpty();
        return inner;
    }

    private static ReadOnlyMemory<byte> Octets(AsnReader reader) =>
        reader.TryReadPrimitiveOctetString(out var octets) ? octets : throw new AsnContentException();

    private static void Skip(AsnReader reader, Asn1Tag tag)
    {
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(tag))
        {
            reader.ReadEncodedValue();
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new AsnContentException();
        }
    }
}
