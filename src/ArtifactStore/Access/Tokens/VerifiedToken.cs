namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>What a token that is believed says.</summary>
/// <param name="Issuer">What the configuration calls its issuer.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Groups">The groups that it names.</param>
/// <param name="Expires">When it expires.</param>
internal sealed record VerifiedToken(string Issuer, string Subject, IReadOnlyList<string> Groups, DateTimeOffset Expires);
