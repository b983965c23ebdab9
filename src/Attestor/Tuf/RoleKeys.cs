using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>Who may sign for a role, and how many of them must (TUF 1.0, section 4.3).</summary>
/// <param name="Ids">The ids of the keys, each once.</param>
/// <param name="Threshold">How many different keys must sign, at least one.</param>
/// <param name="Keys">The keys by id; those of unknown types, and those under ids that are not their own, are missing.</param>
internal sealed record RoleKeys(IReadOnlyList<string> Ids, int Threshold, IReadOnlyDictionary<string, TufKey> Keys)
{
    /// <summary>Reads one role of a root.</summary>
    public static RoleKeys Read(JsonElement role, IReadOnlyDictionary<string, TufKey> keys, string what)
    {
        var ids = StrictJson.Get(role, "keyids", JsonValueKind.Array, what).EnumerateArray()
            .Select(id => id.ValueKind is JsonValueKind.String ? id.GetString()! : throw new EvidenceException("JSON_INVALID", $"The {what} has a key id that is no text."))
            .ToList();
        if (ids.Distinct(StringComparer.Ordinal).Count() != ids.Count)
        {
            throw new EvidenceException("JSON_INVALID", $"The {what} lists a key id twice.");
        }

        long threshold = MetadataFile.ReadNumber(role, "threshold", what);
        return threshold is >= 1 and <= int.MaxValue
            ? new RoleKeys(ids, (int)threshold, keys)
            : throw new EvidenceException("JSON_INVALID", $"The {what} has the threshold {threshold}; at least one key must sign.");
    }

    /// <summary>Whether another root names the same keys and threshold for the role.</summary>
    public bool IsSameAs(RoleKeys other) => Threshold == other.Threshold && Ids.ToHashSet(StringComparer.Ordinal).SetEquals(other.Ids);

    /// <summary>How many different keys of the role signed a file. A key counts once, under however many ids it is listed.</summary>
    public int CountSigners(MetadataFile file)
    {
        var signers = new HashSet<string>(StringComparer.Ordinal);
        foreach (string id in Ids)
        {
            if (Keys.TryGetValue(id, out var key) && !signers.Contains(key.Identity)
                && file.Signatures.TryGetValue(id, out byte[]? signature) && key.Verify(file.SignedBytes, signature))
            {
                signers.Add(key.Identity);
            }
        }

        return signers.Count;
    }
}
