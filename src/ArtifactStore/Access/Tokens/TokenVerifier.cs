using Provenance.ArtifactStore.Access.Caching;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>
/// Decides whether a token is believed. What it says is looked at only to find the one issuer whose keys and rules then hold; nothing of
/// it chooses a key source, an algorithm or a URL.
/// </summary>
internal sealed class TokenVerifier
{
    private const int MaximumKnown = 10_000;
    private const int MaximumSubjectLength = 1024;
    private const int MaximumGroups = 200;

    // A key that an issuer takes back is believed for as long as this.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (TrustedIssuer Issuer, IKeySource Keys)> issuers;
    private readonly TimeProvider time;
    private readonly ExpiringCache<VerifiedToken> known;

    /// <summary>Trusts these issuers, each with the source of its keys.</summary>
    public TokenVerifier(IReadOnlyList<(TrustedIssuer Issuer, IKeySource Keys)> issuers, TimeProvider time)
    {
        this.issuers = issuers.ToDictionary(static i => i.Issuer.Issuer, StringComparer.Ordinal);
        this.time = time;
        known = new ExpiringCache<VerifiedToken>(time, MaximumKnown);
    }

    /// <summary>Checks a token; the second value is there when the first is <see cref="TokenOutcome.Valid"/>.</summary>
    public async ValueTask<(TokenOutcome Outcome, VerifiedToken? Token)> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length > JsonWebToken.MaximumLength)
        {
            return (TokenOutcome.Oversized, null);
        }

        var entry = known.KeyOf("", text);
        if (known.TryGet(entry, out var before))
        {
            return (TokenOutcome.Valid, before);
        }

        if (JsonWebToken.Parse(text) is not { } token)
        {
            return (TokenOutcome.Malformed, null);
        }

        if (JsonWebToken.Text(token.Claims, "iss") is not { } name || !issuers.TryGetValue(name, out var trusted))
        {
            return (TokenOutcome.UnknownIssuer, null);
        }

        if (SignatureAlgorithm.Find(token.Algorithm) is not { } algorithm || (trusted.Issuer.Algorithms.Count > 0 && !trusted.Issuer.Algorithms.Contains(algorithm.Name, StringComparer.Ordinal)))
        {
            return (TokenOutcome.WrongAlgorithm, null);
        }

        // The claims come first: they cost nothing, and a token that nobody would believe must not make us ask its issuer for keys.
        var outcome = CheckClaims(token, trusted.Issuer, out var verified);
        if (outcome is TokenOutcome.Valid)
        {
            outcome = await CheckSignatureAsync(token, algorithm, trusted.Keys, cancellationToken).ConfigureAwait(false);
        }

        if (outcome is not TokenOutcome.Valid)
        {
            return (outcome, null);
        }

        var end = time.GetUtcNow() + Lifetime;
        known.Set(entry, verified!, end < verified!.Expires ? end : verified.Expires);
        return (TokenOutcome.Valid, verified);
    }

    private static async ValueTask<TokenOutcome> CheckSignatureAsync(JsonWebToken token, SignatureAlgorithm algorithm, IKeySource source, CancellationToken cancellationToken)
    {
        var keys = await source.GetAsync(missing: false, cancellationToken).ConfigureAwait(false);
        if (keys is not null && !keys.Knows(token.KeyId))
        {
            keys = await source.GetAsync(missing: true, cancellationToken).ConfigureAwait(false);
        }

        if (keys is null)
        {
            return TokenOutcome.KeysUnavailable;
        }

        var candidates = keys.Find(token.KeyId, algorithm);
        if (candidates.Count is 0)
        {
            return TokenOutcome.UnknownKey;
        }

        return candidates.Any(key => key.Verifies(algorithm, token.Signed, token.Signature)) ? TokenOutcome.Valid : TokenOutcome.WrongSignature;
    }

    private TokenOutcome CheckClaims(JsonWebToken token, TrustedIssuer issuer, out VerifiedToken? verified)
    {
        verified = null;
        if (JsonWebToken.Text(token.Claims, "sub") is not { Length: > 0 and <= MaximumSubjectLength } subject
            || subject.AsSpan().ContainsAnyInRange('\0', '\x1f')
            || !token.TryReadTime("exp", out var expires)
            || !token.TryReadTime("nbf", out var begins)
            || !token.TryReadTime("iat", out var issued)
            || token.Texts(issuer.GroupsClaim) is not { Count: <= MaximumGroups } groups)
        {
            return TokenOutcome.Malformed;
        }

        if (!token.Texts("aud").Any(audience => issuer.Audiences.Contains(audience, StringComparer.Ordinal)))
        {
            return TokenOutcome.WrongAudience;
        }

        var now = time.GetUtcNow();
        if (expires is not { } end || now >= end + issuer.Leeway)
        {
            return TokenOutcome.Expired;
        }

        if (begins > now + issuer.Leeway || issued > now + issuer.Leeway)
        {
            return TokenOutcome.Early;
        }

        verified = new VerifiedToken(issuer.Name, subject, groups, end + issuer.Leeway);
        return TokenOutcome.Valid;
    }
}
