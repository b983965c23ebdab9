using System.Text;
using System.Text.Json;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>A signed JSON Web Token in compact form (RFC 7519, RFC 7515 section 7.1), read but not yet believed.</summary>
internal sealed class JsonWebToken
{
    /// <summary>How long a token may be, in characters.</summary>
    public const int MaximumLength = 16 * 1024;

    private const int MaximumIdLength = 512;

    private readonly byte[] signature;

    private JsonWebToken(string algorithm, string? keyId, JsonElement claims, byte[] signed, byte[] signature)
    {
        (Algorithm, KeyId, Claims, Signed) = (algorithm, keyId, claims, signed);
        this.signature = signature;
    }

    /// <summary>The algorithm that it says it is signed with.</summary>
    public string Algorithm { get; }

    /// <summary>The key that it says it is signed with; null where it names none.</summary>
    public string? KeyId { get; }

    /// <summary>What it claims.</summary>
    public JsonElement Claims { get; }

    /// <summary>The bytes that are signed.</summary>
    public byte[] Signed { get; }

    /// <summary>The signature.</summary>
    public ReadOnlySpan<byte> Signature => signature;

    /// <summary>Whether a secret can only be meant as a token: three parts of base64url, the first of which begins a JSON object.</summary>
    public static bool LooksLikeOne(string text) => text.StartsWith("eyJ", StringComparison.Ordinal) && text.AsSpan().Count('.') is 2;

    /// <summary>Reads a token; null where it is none. Headers that must be understood (<c>crit</c>) make it none, as nobody here would.</summary>
    public static JsonWebToken? Parse(string text)
    {
        string[] parts = text.Length > MaximumLength ? [] : text.Split('.');
        if (parts is not [var head, var body, var sum]
            || CanonicalBase64Url.Decode(head) is not { } headBytes
            || CanonicalBase64Url.Decode(body) is not { } bodyBytes
            || CanonicalBase64Url.Decode(sum) is not { } signature
            || Object(headBytes) is not { } header
            || Object(bodyBytes) is not { } claims
            || header.TryGetProperty("crit", out _)
            || Text(header, "alg") is not { } algorithm
            || !HasReadableKeyId(header))
        {
            return null;
        }

        return new JsonWebToken(algorithm, Text(header, "kid"), claims, Encoding.ASCII.GetBytes(text[..text.LastIndexOf('.')]), signature);
    }

    /// <summary>A claim that is text; null where it is absent or something else.</summary>
    public static string? Text(JsonElement container, string name) =>
        container.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>A claim that is text or a list of texts, as one or several.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!Claims.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(static v => v.ValueKind is JsonValueKind.String).Select(static v => v.GetString()!)],
            _ => [],
        };
    }

    /// <summary>A claim that is a time (RFC 7519, section 2, NumericDate).</summary>
    /// <returns>False where it is there and is no time.</returns>
    public bool TryReadTime(string name, out DateTimeOffset? time)
    {
        time = null;
        if (!Claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        // Up to the year 9999; a fraction of a second is allowed and cut off.
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out double seconds) || !(seconds is >= 0 and < 253_402_300_800))
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return true;
    }

    private static bool HasReadableKeyId(JsonElement header) =>
        !header.TryGetProperty("kid", out var id) || (id.ValueKind is JsonValueKind.String && id.GetString() is { Length: > 0 and <= MaximumIdLength });

    private static JsonElement? Object(byte[] utf8)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8, StrictJsonOptions.Documents);
            return json.RootElement.ValueKind is JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // Text with half a surrogate pair is found only when it is read.
            return null;
        }
    }
}
