namespace Provenance.Attestor.Signing;

/// <summary>Signs DSSE pre-authentication encodings with a key that may live in a file, a mounted secret or another service.</summary>
public interface ISigner
{
    /// <summary>The public half of the signing key.</summary>
    VerificationKey PublicKey { get; }

    /// <summary>The services that signing needs, as <c>host[:port]</c>; empty for a key in this process.</summary>
    IReadOnlyList<string> Services => [];

    /// <summary>Signs the bytes: ECDSA P-256 over their SHA-256 as an ASN.1 DER sequence (RFC 3279, section 2.2.3).</summary>
    /// <exception cref="SigningServiceException">The service that holds the key refused, or is away.</exception>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
