namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>An issuer of tokens that is trusted: an OpenID Connect provider or the API server of a cluster.</summary>
public sealed record TrustedIssuer
{
    /// <summary>What the configuration calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The <c>iss</c> of its tokens, to the letter.</summary>
    public required string Issuer { get; init; }

    /// <summary>A token must be meant for one of these (<c>aud</c>).</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>The algorithms that are accepted, as RFC 7518 names them; all known ones where it is empty.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = [];

    /// <summary>A file with its keys (JSON Web Key Set), read again when it changes; null for those that it serves.</summary>
    public string? KeysFile { get; init; }

    /// <summary>Where it serves its keys; null where its discovery document says so (<c>/.well-known/openid-configuration</c>).</summary>
    public Uri? KeysUri { get; init; }

    /// <summary>A PEM file with the authority of its server's certificate; null for the machine's own.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>A file with the token by which we make ourselves known to it; null where it asks for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The claim that lists groups.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>By how much clocks may differ.</summary>
    public TimeSpan Leeway { get; init; } = TimeSpan.FromSeconds(30);
}
