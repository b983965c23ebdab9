using System.Security.Cryptography;
using Provenance.Attestor.Certificates;

namespace Provenance.Attestor.Timestamps;

/// <summary>A token of a time stamping authority (RFC 3161, TimeStampToken) with its one signature. Reading one verifies nothing.</summary>
internal sealed class TimestampToken
{
    private const string SubjectKeyIdentifier = "2.5.29.14";

    /// <summary>The object identifier of the hash function of <see cref="Imprint"/>.</summary>
    public required string ImprintAlgorithm { get; init; }

    /// <summary>The hash of what was stamped.</summary>
    public required ReadOnlyMemory<byte> Imprint { get; init; }

    /// <summary>When it was stamped.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What <see cref="MessageDigest"/> is over: the TSTInfo, DER.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The name of the issuer of the signer's certificate, DER; empty where <see cref="KeyIdentifier"/> names the certificate.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>The number of the signer's certificate, as the bytes of an INTEGER.</summary>
    public required ReadOnlyMemory<byte> SerialNumber { get; init; }

    /// <summary>The identifier of the signer's key; null where the certificate is named by issuer and number.</summary>
    public required byte[]? KeyIdentifier { get; init; }

    /// <summary>The object identifier of the hash function.</summary>
    public required string DigestAlgorithm { get; init; }

    /// <summary>The object identifier of the signature's algorithm.</summary>
    public required string SignatureAlgorithm { get; init; }

    /// <summary>What the signature is over: the signed attributes as a SET, DER (RFC 5652, section 5.4).</summary>
    public required ReadOnlyMemory<byte> SignedAttributes { get; init; }

    /// <summary>The hash of <see cref="Content"/> that was signed.</summary>
    public required ReadOnlyMemory<byte> MessageDigest { get; init; }

    /// <summary>The certificate that was signed with, once or in both forms.</summary>
    public required IReadOnlyList<CertificateReference> Certificates { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Whether the token names the certificate as its signer's.</summary>
    public bool Names(Certificate certificate) => KeyIdentifier is { } identifier
        ? CertificateFields.ReadOctets(certificate, SubjectKeyIdentifier) is { } own && own.AsSpan().SequenceEqual(identifier)
        : certificate.Issuer.Span.SequenceEqual(Issuer.Span) && certificate.SerialNumber.Span.SequenceEqual(SerialNumber.Span);

    /// <summary>Whether the certificate's key signed the token, and with it that it did so with this certificate.</summary>
    /// <exception cref="Signing.KeyException">The key is of no kind that is supported.</exception>
    public bool IsSignedBy(Certificate certificate) =>
        TimestampAlgorithms.FindHash(DigestAlgorithm) is { } hash
        && TimestampAlgorithms.FindKeyFamily(SignatureAlgorithm, hash) is { } family
        && MessageDigest.Span.SequenceEqual(CryptographicOperations.HashData(hash, Content.Span))
        && Certificates.Count > 0
        && Certificates.All(reference => reference.IsOf(certificate))
        && certificate.Key.Algorithm.StartsWith(family, StringComparison.Ordinal)
        && certificate.Key.Verify(SignedAttributes.Span, Signature.Span, hash);
}
