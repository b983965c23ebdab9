namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>What the certificate authority of the tests puts into a signing certificate.</summary>
internal sealed record LeafOptions
{
    public string? Subject { get; init; } = PrivateSigstore.Identity;

    public string? SecondSubject { get; init; }

    public string? Issuer { get; init; } = PrivateSigstore.Issuer;

    public string? OldIssuer { get; init; } = PrivateSigstore.Issuer;

    public string? Purpose { get; init; } = "1.3.6.1.5.5.7.3.3";

    public bool IsAuthority { get; init; }

    public string? CriticalExtension { get; init; }

    public bool WithPromise { get; init; } = true;

    /// <summary>What the promise says that it is signed with: 3 for ECDSA, 1 for RSA (RFC 5246, section 7.4.1.4.1).</summary>
    public byte PromiseAlgorithm { get; init; } = 3;
}
