using System.Security.Cryptography;
using Provenance.Attestor.Certificates;

namespace Provenance.Attestor.Timestamps;

/// <summary>The certificate that a signature says it was made with (RFC 5035, ESSCertID and ESSCertIDv2).</summary>
/// <param name="Algorithm">The hash function.</param>
/// <param name="Hash">The hash of the whole certificate.</param>
/// <param name="Issuer">The name of its issuer, DER; null where it is not given.</param>
/// <param name="SerialNumber">Its number, as the bytes of an INTEGER; empty where it is not given.</param>
internal sealed record CertificateReference(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Hash, byte[]? Issuer, ReadOnlyMemory<byte> SerialNumber)
{
    /// <summary>Whether this is the certificate.</summary>
    public bool IsOf(Certificate certificate) =>
        Hash.Span.SequenceEqual(CryptographicOperations.HashData(Algorithm, certificate.Encoded.Span))
        && (Issuer is null || (certificate.Issuer.Span.SequenceEqual(Issuer) && certificate.SerialNumber.Span.SequenceEqual(SerialNumber.Span)));
}
