using Provenance.Attestor.Identities;

namespace Provenance.Attestor.Keyless;

/// <summary>How signing with short-lived certificates goes about it.</summary>
public sealed record KeylessOptions
{
    /// <summary>How long a certificate signs by default.</summary>
    public static TimeSpan DefaultReuse { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a certificate signs, and its key exists, at most; zero for one certificate each signature. It never signs in its last two
    /// minutes, so that of the usual ten it signs in eight.
    /// </summary>
    public TimeSpan CertificateReuse { get; init; } = DefaultReuse;

    /// <summary>Whom identity tokens have to be for.</summary>
    public string Audience { get; init; } = IdentityTokenSources.DefaultAudience;
}
