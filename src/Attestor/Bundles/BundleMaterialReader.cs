using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>Reads the verification material of a bundle.</summary>
internal static class BundleMaterialReader
{
    private const string Where = "verification material of the bundle";
    private const string Chain = "certificate chain of the bundle";
    private const int MaximumEntries = 32;

    // The path from a leaf to the root of a tree of 2^63 leaves.
    private const int LongestPath = 63;

    public static BundleMaterial Read(JsonElement value, string mediaType, int version)
    {
        StrictJson.RefuseUnknown(value, Where, ["publicKey", "certificate", "x509CertificateChain", "tlogEntries", "timestampVerificationData"]);
        var (hint, certificates) = ReadSigner(value, isV03: version is 3);
        var entries = new List<LogEntry>();
        foreach (var entry in Items(value, "tlogEntries", Where))
        {
            entries.Add(ReadEntry(entry, version));
        }

        if (entries.DistinctBy(static e => $"{Convert.ToHexString(e.LogId.Span)} {e.LogIndex}").Count() != entries.Count)
        {
            throw new EvidenceException("BUNDLE_CONTENT", "The bundle holds the same entry of a transparency log twice.");
        }

        var timestamps = ReadTimestamps(value);
        if (HasDuplicate(timestamps))
        {
            throw new EvidenceException("BUNDLE_CONTENT", "The bundle holds the same timestamp twice.");
        }

        return new BundleMaterial
        {
            MediaType = mediaType,
            Version = version,
            KeyHint = hint,
            Certificates = certificates,
            LogEntries = entries,
            Timestamps = timestamps,
        };
    }

    private static (string? Hint, ReadOnlyMemory<byte>[] Certificates) ReadSigner(JsonElement material, bool isV03)
    {
        var key = StrictJson.Find(material, "publicKey", JsonValueKind.Object, Where);
        var certificate = StrictJson.Find(material, "certificate", JsonValueKind.Object, Where);
        var chain = StrictJson.Find(material, "x509CertificateChain", JsonValueKind.Object, Where);
        switch (key, certificate, chain)
        {
            case ({ } only, null, null):
                StrictJson.RefuseUnknown(only, "public key of the bundle", ["hint"]);
                string? hint = StrictJson.Find(only, "hint", JsonValueKind.String, "public key of the bundle")?.GetString();
                return (string.IsNullOrEmpty(hint) ? null : hint, []);
            case (null, { } only, null) when isV03:
                return (null, [ReadBytes(only, "rawBytes", "certificate of the bundle")]);
            case (null, null, { } only) when !isV03:
                StrictJson.RefuseUnknown(only, Chain, ["certificates"]);
                var certificates = Items(only, "certificates", Chain);
                return certificates.Length > 0
                    ? (null, Array.ConvertAll(certificates, static c => ReadBytes(c, "rawBytes", "certificate of the bundle")))
                    : throw new EvidenceException("BUNDLE_CONTENT", $"The {Chain} is empty.");
            default:
                throw new EvidenceException(
                    "BUNDLE_CONTENT",
                    "The bundle must name its signer in exactly one way: publicKey, or certificate (version 0.3), or x509CertificateChain (versions 0.1 and 0.2).");
        }
    }

    /// <summary>Reads a log entry (sigstore_rekor.proto, TransparencyLogEntry).</summary>
    /// <param name="value">The entry.</param>
    /// <param name="version">The minor version of the bundle that it is in or goes into.</param>
    public static LogEntry ReadEntry(JsonElement value, int version)
    {
        const string Entry = "log entry of the bundle";
        RequireObject(value, Entry);
        StrictJson.RefuseUnknown(
            value, Entry, ["logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody"]);
        var kind = StrictJson.Get(value, "kindVersion", JsonValueKind.Object, Entry);
        StrictJson.RefuseUnknown(kind, Entry, ["kind", "version"]);
        var promise = StrictJson.Find(value, "inclusionPromise", JsonValueKind.Object, Entry);
        var proof = StrictJson.Find(value, "inclusionProof", JsonValueKind.Object, Entry);
        var read = new LogEntry
        {
            LogIndex = StrictJson.GetCount(value, "logIndex", Entry),
            LogId = ReadBytes(StrictJson.Get(value, "logId", JsonValueKind.Object, Entry), "keyId", "log id of the bundle"),
            Kind = StrictJson.GetText(kind, "kind", Entry),
            Version = StrictJson.GetText(kind, "version", Entry),
            IntegratedTime = StrictJson.GetCount(value, "integratedTime", Entry),
            Promise = promise is { } set ? ReadBytes(set, "signedEntryTimestamp", "inclusion promise of the bundle") : (ReadOnlyMemory<byte>?)null,
            Proof = proof is { } path ? ReadProof(path) : null,
            Body = StrictJson.GetBytes(value, "canonicalizedBody", Entry),
        };
        if (version is 1 && read.Promise is null)
        {
            throw new EvidenceException("TLOG_PROOF", "A log entry has no inclusion promise, which bundles of version 0.1 need.") { Expected = "inclusionPromise", Actual = "nothing" };
        }

        if (version is not 1 && read.Proof?.Checkpoint is null)
        {
            throw new EvidenceException("TLOG_PROOF", "A log entry has no inclusion proof with a checkpoint, which bundles from version 0.2 on need.") { Expected = "inclusionProof with checkpoint", Actual = "nothing" };
        }

        return read;
    }

    private static InclusionProof ReadProof(JsonElement value)
    {
        const string Proof = "inclusion proof of the bundle";
        StrictJson.RefuseUnknown(value, Proof, ["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"]);
        var checkpoint = StrictJson.Find(value, "checkpoint", JsonValueKind.Object, Proof);
        if (checkpoint is { } note)
        {
            StrictJson.RefuseUnknown(note, "checkpoint of the bundle", ["envelope"]);
        }

        var hashes = StrictJson.Find(value, "hashes", JsonValueKind.Array, Proof);
        if (hashes?.GetArrayLength() > LongestPath)
        {
            throw new EvidenceException("LIMIT", $"The {Proof} has {hashes?.GetArrayLength()} hashes; at most {LongestPath} are read.");
        }

        return new InclusionProof(
            StrictJson.GetCount(value, "logIndex", Proof),
            StrictJson.FindBytes(value, "rootHash", Proof),
            StrictJson.GetCount(value, "treeSize", Proof),
            hashes is { } path ? Array.ConvertAll(StrictJson.Elements(path), ReadHash) : [],
            checkpoint is { } present ? StrictJson.GetText(present, "envelope", "checkpoint of the bundle") : null);
    }

    private static ReadOnlyMemory<byte> ReadHash(JsonElement value) =>
        value.ValueKind is not JsonValueKind.String
            ? throw new EvidenceException("JSON_INVALID", "A hash of the bundle's inclusion proof is no JSON string.")
            : StrictBase64.TryDecode(value.GetString(), out byte[]? hash)
            ? hash
            : throw new EvidenceException("BASE64", "A hash of the bundle's inclusion proof is not strict base64.");

    private static ReadOnlyMemory<byte>[] ReadTimestamps(JsonElement material)
    {
        const string Timestamps = "timestamp data of the bundle";
        if (StrictJson.Find(material, "timestampVerificationData", JsonValueKind.Object, Where) is not { } data)
        {
            return [];
        }

        StrictJson.RefuseUnknown(data, Timestamps, ["rfc3161Timestamps"]);
        return Array.ConvertAll(Items(data, "rfc3161Timestamps", Timestamps), static t => ReadBytes(t, "signedTimestamp", "timestamp of the bundle"));
    }

    private static bool HasDuplicate(ReadOnlyMemory<byte>[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (values[i].Span.SequenceEqual(values[j].Span))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ReadOnlyMemory<byte> ReadBytes(JsonElement value, string name, string what)
    {
        RequireObject(value, what);
        StrictJson.RefuseUnknown(value, what, [name]);
        return StrictJson.GetBytes(value, name, what);
    }

    private static void RequireObject(JsonElement value, string what)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"A {what} is no JSON object.");
        }
    }

    private static JsonElement[] Items(JsonElement value, string name, string what)
    {
        if (StrictJson.Find(value, name, JsonValueKind.Array, what) is not { } items)
        {
            return [];
        }

        return items.GetArrayLength() <= MaximumEntries
            ? StrictJson.Elements(items)
            : throw new EvidenceException("LIMIT", $"The {what} has {items.GetArrayLength()} {name}; at most {MaximumEntries} are read.");
    }
}
