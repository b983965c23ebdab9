using System.Security.Cryptography;

namespace Provenance.Attestor.Transparency;

/// <summary>Who has to stand in a log entry as the signer: the bundle's certificate, or the key that is asked for.</summary>
/// <param name="IsCertificate">Whether it is a certificate.</param>
/// <param name="Encoded">The DER of the certificate, or of the key's SubjectPublicKeyInfo.</param>
internal sealed record LoggedSigner(bool IsCertificate, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>The hash function of the signature, which an entry over a hash has to state; null where that is not asked.</summary>
    public HashAlgorithmName? Hash { get; init; }
}
