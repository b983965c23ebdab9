using Provenance.ArtifactStore.Access.Tokens;

namespace Provenance.ArtifactStore.Access;

/// <summary>Who is known and what they may do.</summary>
public sealed record AccessOptions
{
    /// <summary>An htpasswd file with bcrypt hashes; null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Groups of users of the password file, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> UserGroups { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The issuers whose tokens are believed.</summary>
    public IReadOnlyList<TrustedIssuer> Issuers { get; init; } = [];

    /// <summary>Whether client certificates that the server took in name their holders.</summary>
    public bool ClientCertificates { get; init; }

    /// <summary>What is allowed; all else is forbidden.</summary>
    public required IReadOnlyList<AccessRule> Rules { get; init; }

    /// <summary>How clients of the registry are asked for credentials.</summary>
    public ChallengeKind Challenge { get; init; }

    /// <summary>Where clients reach the server, <c>https://host:port</c>; null for the address that they used. Only tokens need it.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>How long the tokens that <c>/token</c> gives out hold.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);
}
