namespace Provenance.Attestor.Identities;

/// <summary>Where identity tokens are taken from, if anything was said about it.</summary>
public sealed class IdentityTokenOptions
{
    /// <summary>A token; used before everything else.</summary>
    public string? Token { get; init; }

    /// <summary>A file with a token; used before what the environment offers.</summary>
    public string? File { get; init; }

    /// <summary>The file that is looked for last: where cosign, too, expects a projected service account token.</summary>
    public string ProjectedFile { get; init; } = "/var/run/sigstore/cosign/oidc-token";

    /// <summary>Says what was given, but not the token.</summary>
    public override string ToString() => $"{{ Token = {(Token is null ? "none" : "given")}, File = {File ?? "none"} }}";
}
