using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Transparency;

/// <summary>
/// Verifies the promises of certificate logs that are embedded in a certificate (SCT; RFC 6962, sections 3.2 and 3.3): at least one by
/// a trusted log; one by a trusted log that does not hold is refused even beside good ones.
/// </summary>
internal static class CertificateTransparency
{
    private const string Extension = "1.3.6.1.4.1.11129.2.4.2";
    private const int HeaderSize = 1 + 32 + 8;

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);

    /// <summary>Verifies that a trusted log has promised to hold the certificate.</summary>
    /// <exception cref="EvidenceException"><c>CERT_SCT</c>.</exception>
    public static void Verify(Certificate certificate, Certificate issuer, IReadOnlyList<TrustedLog> logs)
    {
        if (certificate.Find(Extension) is not { } extension)
        {
            throw new EvidenceException("CERT_SCT", "The certificate carries no promise of a certificate log (SCT).") { Expected = "an embedded SCT", Actual = "nothing" };
        }

        try
        {
            byte[] signedCertificate = WithoutPromises(certificate);
            byte[] issuerHash = SHA256.HashData(issuer.SubjectPublicKeyInfo.Span);
            int trusted = 0;
            var unknown = new List<string>();
            foreach (var promise in ReadList(extension.Value))
            {
                if (promise[0] is 0 && logs.FirstOrDefault(log => log.Id.Span.SequenceEqual(promise.AsSpan(1, 32))) is { } log)
                {
                    Verify(promise, signedCertificate, issuerHash, log);
                    trusted++;
                }
                else
                {
                    unknown.Add(Convert.ToHexStringLower(promise.AsSpan(1, 32)));
                }
            }

            if (trusted is 0)
            {
                throw new EvidenceException("CERT_SCT", "No certificate log of the trusted root has promised to hold the certificate.")
                {
                    Expected = string.Join(" or ", logs.Select(static log => log.BaseUrl.Host)),
                    Actual = $"log {string.Join(", ", unknown)}",
                };
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentOutOfRangeException)
        {
            throw new EvidenceException("CERT_SCT", "The promises of certificate logs in the certificate (SCT) are malformed.", e);
        }
    }

    private static void Verify(ReadOnlySpan<byte> promise, byte[] signedCertificate, byte[] issuerHash, TrustedLog log)
    {
        ulong milliseconds = BinaryPrimitives.ReadUInt64BigEndian(promise[33..]);
        var extensions = Vector(promise[HeaderSize..], out var rest);
        // Hash function and signature algorithm (RFC 5246, section 7.4.1.4.1): SHA-256 with ECDSA or RSA, whichever the log's key is of.
        bool isKnown = log.Key.Algorithm.StartsWith("RSA", StringComparison.Ordinal) ? rest is [4, 1, ..] : rest is [4, 3, ..];
        var signature = Vector(rest[2..], out var end);
        byte[] signed =
        [
            0, 0, .. promise.Slice(33, 8), 0, 1, .. issuerHash,
            (byte)(signedCertificate.Length >> 16), (byte)(signedCertificate.Length >> 8), (byte)signedCertificate.Length, .. signedCertificate,
            (byte)(extensions.Length >> 8), (byte)extensions.Length, .. extensions,
        ];
        if (!isKnown || !end.IsEmpty || !log.Key.Verify(signed, signature, HashAlgorithmName.SHA256))
        {
            throw new EvidenceException("CERT_SCT", $"The certificate log {log.BaseUrl} did not sign the promise in the certificate (SCT).");
        }

        var time = milliseconds < (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : DateTimeOffset.MaxValue;
        if (!log.ValidFor.Contains(time))
        {
            throw new EvidenceException("CERT_SCT", $"The key of the certificate log {log.BaseUrl} was not trusted when it signed the promise.")
            {
                Expected = log.ValidFor.ToString(),
                Actual = ValidityWindow.Text(time),
            };
        }
    }

    private static List<byte[]> ReadList(ReadOnlyMemory<byte> value)
    {
        byte[] list = AsnDecoder.ReadOctetString(value.Span, AsnEncodingRules.DER, out int read);
        var promises = new List<byte[]>();
        int length = BinaryPrimitives.ReadUInt16BigEndian(list);
        if (read != value.Length || list.Length != length + 2)
        {
            throw new AsnContentException();
        }

        for (int position = 2; position < list.Length;)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(list.AsSpan(position));
            promises.Add(list.AsSpan(position + 2, size).ToArray());
            position += 2 + size;
        }

        return promises.TrueForAll(static promise => promise.Length > HeaderSize) ? promises : throw new AsnContentException();
    }

    // The certificate as the log saw it, before the promises were put in (RFC 6962, section 3.2).
    private static byte[] WithoutPromises(Certificate certificate)
    {
        var body = new AsnReader(certificate.Signed, AsnEncodingRules.DER).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (body.HasData)
            {
                if (!body.PeekTag().HasSameClassAndValue(Extensions))
                {
                    writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                    continue;
                }

                body.ReadEncodedValue();
                using (writer.PushSequence(Extensions))
                using (writer.PushSequence())
                {
                    foreach (var extension in certificate.AllExtensions.Where(static e => e.Oid is not Extension))
                    {
                        writer.WriteEncodedValue(extension.Encoded.Span);
                    }
                }
            }
        }

        return writer.Encode();
    }

    private static ReadOnlySpan<byte> Vector(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        rest = bytes[(2 + length)..];
        return bytes.Slice(2, length);
    }
}
