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
}
