using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Rekor;

/// <summary>
/// Reads what transparency logs answer: the entry that they made, or had already. Reading one verifies nothing. Fields that are not
/// needed are passed over, as logs add some from time to time.
/// </summary>
internal static class LogAnswer
{
    /// <summary>How large an answer may be: 1 MiB. The log keeps hashes of what it was sent.</summary>
    public const int MaximumSize = 1 << 20;

    private const string What = "answer of the log";
    private const string Place = " with index ";

    // The path from a leaf to the root of a tree of 2^63 leaves.
    private const int LongestPath = 63;

    /// <summary>Reads the answer of a log of version 1: one entry under its id, hashes in hexadecimal.</summary>
    /// <exception cref="EvidenceException">It is malformed.</exception>
    public static LogEntry ReadVersion1(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.ParseObject(utf8, What);
        if (document.RootElement.EnumerateObject().ToList() is not [{ Value.ValueKind: JsonValueKind.Object } only])
        {
            throw new EvidenceException("JSON_INVALID", $"The {What} does not hold exactly one entry.");
        }

        var value = only.Value;
        byte[] body = StrictJson.GetBytes(value, "body", What);
        using var entered = StrictJson.ParseObject(body, "body of the log entry");
        var verification = StrictJson.Get(value, "verification", JsonValueKind.Object, What);
        var proof = StrictJson.Get(verification, "inclusionProof", JsonValueKind.Object, What);
        var hashes = StrictJson.Find(proof, "hashes", JsonValueKind.Array, What);
        return hashes?.GetArrayLength() > LongestPath
            ? throw new EvidenceException("LIMIT", $"The inclusion proof in the {What} has {hashes?.GetArrayLength()} hashes; at most {LongestPath} are read.")
            : new LogEntry
            {
                LogIndex = StrictJson.GetCount(value, "logIndex", What),
                LogId = GetHex(value, "logID"),
                Kind = StrictJson.GetText(entered.RootElement, "kind", "body of the log entry"),
                Version = StrictJson.GetText(entered.RootElement, "apiVersion", "body of the log entry"),
                IntegratedTime = StrictJson.GetCount(value, "integratedTime", What),
                Promise = StrictJson.FindBytes(verification, "signedEntryTimestamp", What) is { } promise ? promise : (ReadOnlyMemory<byte>?)null,
                Proof = new InclusionProof(
                    StrictJson.GetCount(proof, "logIndex", What),
                    GetHex(proof, "rootHash"),
                    StrictJson.GetCount(proof, "treeSize", What),
                    hashes is { } path ? [.. path.EnumerateArray().Select(static hash => ReadHex(hash, "hashes"))] : [],
                    StrictJson.GetText(proof, "checkpoint", What)),
                Body = body,
            };
    }

    /// <summary>Reads the answer of a log of version 2, which is the entry as bundles hold it.</summary>
    /// <exception cref="EvidenceException">It is malformed.</exception>
    public static LogEntry ReadVersion2(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.ParseObject(utf8, What);
        return BundleMaterialReader.ReadEntry(document.RootElement, version: 3);
    }

    /// <summary>
    /// Where a log of version 2 says that it has an entry already (status 409): in the header <c>x-log-index</c>, or before release 2.1
    /// in the words of the error alone. Null where it does not say.
    /// </summary>
    /// <param name="header">The header; null where there is none.</param>
    /// <param name="utf8">The body.</param>
    /// <exception cref="EvidenceException">It is malformed.</exception>
    public static long? FindPlace(string? header, ReadOnlyMemory<byte> utf8)
    {
        if (header is null)
        {
            using var document = StrictJson.ParseObject(utf8, What);
            string message = StrictJson.Find(document.RootElement, "message", JsonValueKind.String, What)?.GetString() ?? "";
            int words = message.LastIndexOf(Place, StringComparison.Ordinal);
            if (words < 0)
            {
                return null;
            }

            header = message[(words + Place.Length)..];
        }

        return long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long place)
            ? place
            : throw new EvidenceException("TLOG_PROOF", $"The log says that it has the entry at \"{StrictJson.Excerpt(header)}\", which is no place.");
    }

    private static ReadOnlyMemory<byte> GetHex(JsonElement value, string name) => ReadHex(StrictJson.Get(value, name, JsonValueKind.String, What), name);

    private static ReadOnlyMemory<byte> ReadHex(JsonElement value, string name)
    {
        // A hash or an id has 32 bytes.
        byte[] bytes = new byte[32];
        return value.ValueKind is JsonValueKind.String
            && value.GetString() is { Length: 64 } text
            && Convert.FromHexString(text, bytes, out _, out _) is System.Buffers.OperationStatus.Done
            ? bytes
            : throw new EvidenceException("JSON_INVALID", $"The field \"{name}\" of the {What} is not 64 hexadecimal digits.");
    }
}
