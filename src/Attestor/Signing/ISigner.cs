namespace Provenance.Attestor.Signing;

/// <summary>Signs DSSE pre-authentication encodings with a key that may live in a file, a mounted secret or another service.</summary>
public interface ISigner
{
    /// <summary>The public half of the signing key.</summary>
    VerificationKey PublicKey { get; }

    /// <summary>Signs the bytes: ECDSA P-256 over their SHA-256 as an ASN.1 DER sequence (RFC 3279, section 2.2.3).</summary>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
