namespace Provenance.ArtifactStore.Access;

/// <summary>Who sent a request, as far as that was proven.</summary>
public sealed record AccessIdentity
{
    /// <summary>Nobody in particular.</summary>
    public static AccessIdentity Anonymous { get; } = new() { Kind = IdentityKind.Anonymous, Name = "" };

    /// <summary>How it was proven.</summary>
    public required IdentityKind Kind { get; init; }

    /// <summary>The user's name, the token's subject, or the certificate's name; empty for nobody.</summary>
    public required string Name { get; init; }

    /// <summary>What the configuration calls the token's issuer; empty for all others.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>The groups: for tokens those that the issuer vouches for, for users those of the configuration.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Until when the proof holds; null where nothing ends it.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>For logs and messages: <c>user alice</c>, <c>cluster system:serviceaccount:team-a:builder</c>.</summary>
    public override string ToString() => Kind switch
    {
        IdentityKind.Anonymous => "anonymous",
        IdentityKind.User => $"user {Name}",
        IdentityKind.Certificate => $"certificate {Name}",
        _ => $"{Issuer} {Name}",
    };
}
