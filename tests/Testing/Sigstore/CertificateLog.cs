using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Provenance.Testing.Sigstore;

/// <summary>A log of certificates: promises to hold those that are about to be issued (RFC 6962, section 3.2).</summary>
internal sealed class CertificateLog : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public CertificateLog()
    {
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = SHA256.HashData(PublicKey);
    }

    /// <summary>The extension of a certificate that holds promises.</summary>
    public static string Extension => "1.3.6.1.4.1.11129.2.4.2";

    /// <summary>The DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of the key.</summary>
    public byte[] Id { get; }

    /// <summary>The extension's value for a certificate that does not hold it yet.</summary>
    public byte[] Promise(byte[] certificate, byte[] issuerKey, DateTimeOffset now, SigstoreLie lie)
    {
        byte[] body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
        byte[] time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, now.ToUnixTimeMilliseconds());
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signature = (lie is SigstoreLie.CertificatePromiseByAnotherKey ? another : key).SignData(
            [0, 0, .. time, 0, 1, .. SHA256.HashData(issuerKey), (byte)(body.Length >> 16), .. Length(body.Length), .. body, 0, 0],
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence);
        byte[] promise = [0, .. Id, .. time, 0, 0, 4, 3, .. Length(signature.Length), .. signature];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString([.. Length(promise.Length + 2), .. Length(promise.Length), .. promise]);
        return writer.Encode();
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];
}
