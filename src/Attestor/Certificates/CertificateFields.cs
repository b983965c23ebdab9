using System.Formats.Asn1;
using System.Text;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Certificates;

/// <summary>Reads the extensions that decide what a certificate is for and whom it names.</summary>
internal static class CertificateFields
{
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    public const string NameConstraints = "2.5.29.30";
    public const string ExtendedKeyUsage = "2.5.29.37";

    private const string AnyPurpose = "2.5.29.37.0";
    private const string KeyUsage = "2.5.29.15";
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string BasicConstraintsOid = "2.5.29.19";
    private const string IssuerText = "1.3.6.1.4.1.57264.1.1";
    private const string Issuer = "1.3.6.1.4.1.57264.1.8";
    private const string OtherName = "1.3.6.1.4.1.57264.1.7";

    private static readonly string[] Known = [KeyUsage, SubjectAlternativeName, BasicConstraintsOid, ExtendedKeyUsage];

    /// <summary>The first critical extension that is not understood here; null where there is none.</summary>
    public static string? FindUnknownCritical(Certificate certificate) =>
        certificate.AllExtensions.FirstOrDefault(static e => e.IsCritical && !Known.Contains(e.Oid, StringComparer.Ordinal))?.Oid;

    /// <summary>Whether it may sign certificates (basic constraints), and below how many others of its kind; null for no limit.</summary>
    public static BasicConstraints ReadBasicConstraints(Certificate certificate) => Read(certificate, BasicConstraintsOid, static reader =>
    {
        var sequence = reader.ReadSequence();
        bool isAuthority = sequence.HasData && sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && sequence.ReadBoolean();
        int? length = sequence.HasData && sequence.TryReadInt32(out int limit) ? limit : null;
        sequence.ThrowIfNotEmpty();
        return new BasicConstraints(isAuthority, length);
    }) ?? new BasicConstraints(IsAuthority: false, PathLength: null);

    /// <summary>Whether the key usage allows signatures over certificates, or is not stated.</summary>
    public static bool MaySignCertificates(Certificate certificate) => HasKeyUsage(certificate, 0x04);

    /// <summary>Whether the key usage allows signatures over anything else, or is not stated.</summary>
    public static bool MaySign(Certificate certificate) => HasKeyUsage(certificate, 0x80);

    /// <summary>The purposes that it is limited to; null where it is not limited.</summary>
    public static IReadOnlyList<string>? ReadPurposes(Certificate certificate) =>
        certificate.Find(ExtendedKeyUsage) is null ? null : Read(certificate, ExtendedKeyUsage, static reader =>
        {
            var sequence = reader.ReadSequence();
            var purposes = new List<string>();
            while (sequence.HasData)
            {
                purposes.Add(sequence.ReadObjectIdentifier());
            }

            return purposes;
        });

    /// <summary>Whether it is not limited to purposes, or this one is among them.</summary>
    public static bool IsFor(Certificate certificate, string purpose) =>
        ReadPurposes(certificate) is not { } purposes || purposes.Contains(purpose, StringComparer.Ordinal) || purposes.Contains(AnyPurpose, StringComparer.Ordinal);

    /// <summary>The bytes of an extension that is an OCTET STRING; null where there is none of that object identifier.</summary>
    public static byte[]? ReadOctets(Certificate certificate, string oid) => Read(certificate, oid, static reader => reader.ReadOctetString());

    /// <summary>The identity of a signing certificate.</summary>
    /// <exception cref="EvidenceException"><c>CERT_INVALID</c>; <c>IDENTITY</c> where it names none or two, or two issuers.</exception>
    public static CertificateIdentity ReadIdentity(Certificate certificate)
    {
        string? old = certificate.Find(IssuerText) is { } text ? ReadText(text.Value.Span) : null;
        string? issuer = certificate.Find(Issuer) is null ? null : Read(certificate, Issuer, static reader => reader.ReadCharacterString(UniversalTagNumber.UTF8String));
        if (old is not null && issuer is not null && old != issuer)
        {
            throw new EvidenceException("IDENTITY", $"The certificate names two issuers: \"{StrictJson.Excerpt(issuer)}\" and \"{StrictJson.Excerpt(old)}\".");
        }

        var names = Read(certificate, SubjectAlternativeName, static reader => ReadNames(reader)) ?? [];
        return names.Count is 1
            ? new CertificateIdentity(names[0], issuer ?? old)
            : throw new EvidenceException("IDENTITY", $"The certificate names {names.Count} identities; a signing certificate names exactly one.");
    }

    private static List<string> ReadNames(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        var names = new List<string>();
        while (sequence.HasData)
        {
            var tag = sequence.PeekTag();
            switch (tag)
            {
                case { TagClass: TagClass.ContextSpecific, TagValue: 1 or 6 }:
                    names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case { TagClass: TagClass.ContextSpecific, TagValue: 0 }:
                    var other = sequence.ReadSequence(tag);
                    if (other.ReadObjectIdentifier() is not OtherName)
                    {
                        throw new AsnContentException();
                    }

                    var wrapper = other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
                    names.Add(wrapper.ReadCharacterString(UniversalTagNumber.UTF8String));
                    wrapper.ThrowIfNotEmpty();
                    other.ThrowIfNotEmpty();
                    break;
                default:
                    throw new AsnContentException();
            }
        }

        return names;
    }

    private static bool HasKeyUsage(Certificate certificate, byte bit) => certificate.Find(KeyUsage) is null || Read(certificate, KeyUsage, reader =>
        reader.ReadBitString(out int _) is { Length: > 0 } bits && (bits[0] & bit) != 0);

    private static string ReadText(ReadOnlySpan<byte> value)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(value);
        }
        catch (DecoderFallbackException e)
        {
            throw new EvidenceException("CERT_INVALID", "The issuer in the certificate is not valid UTF-8.", e);
        }
    }

    private static T? Read<T>(Certificate certificate, string oid, Func<AsnReader, T> read)
    {
        if (certificate.Find(oid) is not { } extension)
        {
            return default;
        }

        try
        {
            var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
            var value = read(reader);
            reader.ThrowIfNotEmpty();
            return value;
        }
        catch (AsnContentException e)
        {
            throw new EvidenceException("CERT_INVALID", $"The certificate's extension {oid} cannot be read.", e);
        }
    }
}
