using System.Text.Json;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>The public keys of an issuer: a JSON Web Key Set (RFC 7517, section 5).</summary>
internal sealed class IssuerKeySet
{
    /// <summary>How large a set may be: 256 KiB.</summary>
    public const int MaximumSize = 256 << 10;

    private const int MaximumKeys = 100;

    private readonly List<IssuerKey> keys;

    private IssuerKeySet(List<IssuerKey> keys) => this.keys = keys;

    /// <summary>Reads a set. Keys that are not for checking signatures, or of other kinds, are left out.</summary>
    /// <exception cref="FormatException">It is no key set, or none of its keys can be used.</exception>
    public static IssuerKeySet Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8, StrictJsonOptions.Documents);
            if (json.RootElement.ValueKind is not JsonValueKind.Object
                || !json.RootElement.TryGetProperty("keys", out var array)
                || array.ValueKind is not JsonValueKind.Array
                || array.GetArrayLength() > MaximumKeys)
            {
                throw new FormatException($"it is no JSON web key set with at most {MaximumKeys} keys.");
            }

            List<IssuerKey> keys = [.. array.EnumerateArray().Select(IssuerKey.Read).OfType<IssuerKey>()];
            return keys.Count > 0 ? new IssuerKeySet(keys) : throw new FormatException("none of its keys is an RSA or elliptic curve key for signatures.");
        }
        catch (JsonException)
        {
            throw new FormatException("it is no valid JSON.");
        }
    }

    /// <summary>The keys that a token may have been signed with: those with its key id, or the only one that fits where it names none.</summary>
    public IReadOnlyList<IssuerKey> Find(string? id, SignatureAlgorithm algorithm)
    {
        var fitting = keys.FindAll(key => key.Fits(algorithm) && (id is null || key.Id == id));
        return id is null && fitting.Count > 1 ? [] : fitting;
    }

    /// <summary>Whether there is a key with this id, of whatever kind.</summary>
    public bool Knows(string? id) => id is null || keys.Exists(key => key.Id == id);
}
