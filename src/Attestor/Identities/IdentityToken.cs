using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Identities;

/// <summary>
/// The claims of an identity token (RFC 7519). Its signature is for the certificate authority to check: here the claims only tell what to
/// ask it for, and spare it requests that it must refuse.
/// </summary>
public sealed class IdentityToken
{
    /// <summary>How large a token may be: 64 KiB.</summary>
    public const int MaximumSize = 64 << 10;

    private const string What = "identity token";

    private IdentityToken(string raw, JsonElement claims)
    {
        Raw = raw;
        Issuer = GetClaim(claims, "iss");
        Subject = GetClaim(claims, "sub");
        Audiences = ReadAudiences(claims);
        ExpiresAt = ReadTime(StrictJson.Get(claims, "exp", JsonValueKind.Number, What));
        Email = StrictJson.Find(claims, "email", JsonValueKind.String, What)?.GetString() is { Length: > 0 } email ? email : null;
        FederatedIssuer = StrictJson.Find(claims, "federated_claims", JsonValueKind.Object, What) is { } federated
            ? StrictJson.Find(federated, "connector_id", JsonValueKind.String, What)?.GetString()
            : null;
        Workflow = StrictJson.Find(claims, "job_workflow_ref", JsonValueKind.String, What)?.GetString();

        // Some issuers write the truth value as a text.
        IsEmailVerified = claims.TryGetProperty("email_verified", out var verified)
            && (verified.ValueKind is JsonValueKind.True || (verified.ValueKind is JsonValueKind.String && verified.ValueEquals("true"u8)));
    }

    /// <summary>The claim <c>iss</c>: the issuer.</summary>
    public string Issuer { get; }

    /// <summary>The claim <c>sub</c>: the identity, unique with this issuer.</summary>
    public string Subject { get; }

    /// <summary>The claim <c>aud</c>: whom the token is for.</summary>
    public IReadOnlyList<string> Audiences { get; }

    /// <summary>The claim <c>exp</c>.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The claim <c>email</c>; null where there is none.</summary>
    public string? Email { get; }

    /// <summary>The claim <c>federated_claims.connector_id</c>: who vouches for the identity to an issuer that passes it on (Dex); null where there is none.</summary>
    public string? FederatedIssuer { get; }

    /// <summary>The claim <c>job_workflow_ref</c>, by which GitHub Actions name the workflow; null where there is none.</summary>
    public string? Workflow { get; }

    /// <summary>Whether the issuer says that the e-mail address belongs to the identity.</summary>
    public bool IsEmailVerified { get; }

    /// <summary>What a new key signs to prove that it is there (Fulcio, proof of possession): the e-mail address where there is one, else the subject.</summary>
    public string SubjectToProve => Email ?? Subject;

    /// <summary>The token itself, which is a secret.</summary>
    internal string Raw { get; }

    /// <summary>Reads a token and requires that it can be used.</summary>
    /// <param name="text">The token; blanks around it do not count.</param>
    /// <param name="source">Where it is from, for errors.</param>
    /// <param name="audience">Whom it must be for.</param>
    /// <param name="now">The time at which it must not have expired.</param>
    /// <exception cref="SigningServiceException"><c>SIGNING_IDENTITY</c>; no part of the token is in the message, and there is no inner exception.</exception>
    internal static IdentityToken Read(string text, string source, string audience, DateTimeOffset now)
    {
        var token = Parse(text.Trim(), source);
        if (!token.Audiences.Contains(audience, StringComparer.Ordinal))
        {
            string given = string.Join(", ", token.Audiences.Take(3).Select(static a => $"\"{StrictJson.Excerpt(a)}\"").DefaultIfEmpty("nobody"));
            throw Unusable(source, $"is for {given}, not for \"{StrictJson.Excerpt(audience)}\". Ask its issuer for that audience");
        }

        if (token.ExpiresAt <= now)
        {
            throw Unusable(source, $"expired at {Text(token.ExpiresAt)}, and it is {Text(now)}. Provide a new one, or set the clock");
        }

        return token.Email is null || token.IsEmailVerified
            ? token
            : throw Unusable(source, "has an e-mail address that its issuer has not verified, which certificate authorities refuse. Verify the address there");
    }

    /// <summary>The identity and its issuer; never the token.</summary>
    public override string ToString() => $"{StrictJson.Excerpt(SubjectToProve)} ({StrictJson.Excerpt(Issuer)})";

    private static IdentityToken Parse(string text, string source)
    {
        string[] parts = text.Length <= MaximumSize ? text.Split('.') : throw Unusable(source, $"has {text.Length} characters; at most {MaximumSize} are read");
        if (parts is not [{ Length: > 0 }, var payload, { Length: > 0 }] || parts.Any(static part => !IsBase64Url(part)) || !TryDecode(payload, out byte[] json))
        {
            throw Unusable(source, text.Length is 0 ? "is empty" : "is no JSON web token of three parts");
        }

        try
        {
            using var document = StrictJson.ParseObject(json, What);
            return new IdentityToken(text, document.RootElement);
        }
        catch (EvidenceException e)
        {
            // Without the cause, as what the parser says may quote the token.
            throw Unusable(source, $"cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private static bool IsBase64Url(string part) => part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool TryDecode(string part, out byte[] bytes)
    {
        try
        {
            bytes = Base64Url.DecodeFromChars(part);
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }

    private static string GetClaim(JsonElement claims, string name) =>
        StrictJson.GetText(claims, name, What) is { Length: > 0 } value ? value : throw new EvidenceException("JSON_INVALID", $"The field \"{name}\" of the {What} is empty.");

    private static IReadOnlyList<string> ReadAudiences(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var audience))
        {
            return [];
        }

        return audience.ValueKind switch
        {
            JsonValueKind.String => [audience.GetString()!],
            JsonValueKind.Array when audience.EnumerateArray().All(static a => a.ValueKind is JsonValueKind.String) =>
                [.. audience.EnumerateArray().Select(static a => a.GetString()!)],
            _ => throw new EvidenceException("JSON_INVALID", $"The field \"aud\" of the {What} is neither a text nor a list of texts."),
        };
    }

    // Seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
    private static DateTimeOffset ReadTime(JsonElement value) =>
        value.TryGetDouble(out double seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : throw new EvidenceException("JSON_INVALID", $"The field \"exp\" of the {What} is no time.");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static SigningServiceException Unusable(string source, string what) =>
        new(SigningServiceException.NoIdentity, $"The identity token from {source} {what}.");
}
