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

    /// <summary>
    /// The signer of the newest key where keys are replaced while they are in use: its public half and its signatures belong together,
    /// whatever is replaced meanwhile. Need not be disposed of.
    /// </summary>
    /// <exception cref="SigningServiceException">The newest key cannot be told, or not be used.</exception>
    ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken) => new(this);

    /// <summary>Keys that signed before and no longer do: what they made is known by them.</summary>
    /// <exception cref="SigningServiceException">They cannot be told.</exception>
    ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken) => new([]);
}
