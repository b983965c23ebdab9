using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Access.Tokens;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>
/// The short-lived tokens that <c>/token</c> gives out: an identity cut down to scopes, under a key that this process made and never
/// shows. They are no JSON Web Tokens, so that neither kind can be taken for the other.
/// </summary>
internal sealed class RegistryTokens(TimeProvider time)
{
    /// <summary>What they begin with.</summary>
    public const string Prefix = "provenance1.";

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes a token.</summary>
    public string Issue(AccessIdentity identity, IReadOnlyList<TokenScope> scopes, DateTimeOffset expires)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteNumber("k", (int)identity.Kind);
            writer.WriteString("n", identity.Name);
            writer.WriteString("i", identity.Issuer);
            WriteTexts(writer, "g", identity.Groups);
            WriteTexts(writer, "s", scopes.Select(static scope => scope.ToString()));
            writer.WriteNumber("e", expires.ToUnixTimeSeconds());
            writer.WriteEndObject();
        }

        string signed = Prefix + System.Buffers.Text.Base64Url.EncodeToString(body.WrittenSpan);
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(Sum(signed))}";
    }

    /// <summary>Reads a token; the outcome is one of few, as nobody but us makes them.</summary>
    public TokenOutcome TryRead(string text, out AccessIdentity identity, out IReadOnlyList<TokenScope> scopes)
    {
        (identity, scopes) = (AccessIdentity.Anonymous, []);
        int end = text.LastIndexOf('.');
        if (text.Length > JsonWebToken.MaximumLength)
        {
            return TokenOutcome.Oversized;
        }

        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || end < Prefix.Length || CanonicalBase64Url.Decode(text.AsSpan(end + 1)) is not { } sum)
        {
            return TokenOutcome.Malformed;
        }

        if (!CryptographicOperations.FixedTimeEquals(Sum(text[..end]), sum))
        {
            return TokenOutcome.WrongSignature;
        }

        using var json = JsonDocument.Parse(CanonicalBase64Url.Decode(text.AsSpan(Prefix.Length, end - Prefix.Length)));
        var root = json.RootElement;
        var expires = DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("e").GetInt64());
        if (time.GetUtcNow() >= expires)
        {
            return TokenOutcome.Expired;
        }

        identity = new AccessIdentity
        {
            Kind = (IdentityKind)root.GetProperty("k").GetInt32(),
            Name = root.GetProperty("n").GetString()!,
            Issuer = root.GetProperty("i").GetString()!,
            Groups = Texts(root, "g"),
            Expires = expires,
        };
        scopes = [.. Texts(root, "s").Select(static scope => TokenScope.Parse(scope, RepositoryName.IsValid)).OfType<TokenScope>()];
        return TokenOutcome.Valid;
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static string[] Texts(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];

    private byte[] Sum(string signed) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed));
}
