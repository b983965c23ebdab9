using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;

namespace Provenance.Testing.Sigstore;

/// <summary>A transparency log of version 1: takes <c>dsse</c> and <c>hashedrekord</c> 0.0.1, promises at once, and proves.</summary>
internal sealed class RekorV1(string host, LoopbackSigstoreOptions options) : IDisposable
{
    // Other trees came before this one in the log, so that places in the log are not those in the tree.
    private const long EarlierTrees = 1000;
    private const long TreeId = 1193050959916656506;

    private readonly Dictionary<string, (int Index, byte[] Body, long Time)> entries = new(StringComparer.Ordinal);

    /// <summary>The tree and the key.</summary>
    public MerkleLog Log { get; } = new(options.EarlierEntries);

    /// <summary>Takes an entry.</summary>
    /// <returns>Its id, and the answer.</returns>
    /// <exception cref="SigstoreRefusalException">It cannot be verified, or is there already (409).</exception>
    public (string Uuid, JsonObject Answer) Add(JsonElement proposed, SigstoreLie lie)
    {
        byte[] body = Encoding.UTF8.GetBytes(Canonical(proposed, lie));
        string uuid = TreeId.ToString("x16", CultureInfo.InvariantCulture) + Convert.ToHexStringLower(MerkleLog.HashOf(body));
        if (entries.ContainsKey(uuid))
        {
            throw new SigstoreRefusalException(409, 409, $"an equivalent entry already exists in the transparency log with UUID {uuid}") { Location = $"/api/v1/log/entries/{uuid}" };
        }

        long time = (options.Time.GetUtcNow() + (lie is SigstoreLie.IntegratedTimeOff ? TimeSpan.FromDays(1) : TimeSpan.Zero)).ToUnixTimeSeconds();
        entries.Add(uuid, (Log.Append(body), body, time));
        return (uuid, Find(uuid, lie)!);
    }

    /// <summary>An entry with its promise, and with a proof in the present tree; null where there is none of this id.</summary>
    public JsonObject? Find(string uuid, SigstoreLie lie)
    {
        if (!entries.TryGetValue(uuid, out var entry))
        {
            return null;
        }

        string id = Convert.ToHexStringLower(Log.Id);
        string promised = Convert.ToBase64String(lie is SigstoreLie.EntryPromiseOverAnotherBody ? SHA256.HashData(entry.Body) : entry.Body);
        byte[] promise = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"body":"{{promised}}","integratedTime":{{entry.Time}},"logID":"{{id}}","logIndex":{{EarlierTrees + entry.Index}}}"""));
        return new JsonObject
        {
            [uuid] = new JsonObject
            {
                ["body"] = Convert.ToBase64String(entry.Body),
                ["integratedTime"] = entry.Time,
                ["logID"] = id,
                ["logIndex"] = EarlierTrees + entry.Index,
                ["verification"] = new JsonObject
                {
                    ["inclusionProof"] = new JsonObject
                    {
                        ["checkpoint"] = Log.Checkpoint(string.Create(CultureInfo.InvariantCulture, $"{host} - {TreeId}"), host, lie),
                        ["hashes"] = new JsonArray([.. Log.PathOf(entry.Index, lie).Select(static hash => JsonValue.Create(Convert.ToHexStringLower(hash)))]),
                        ["logIndex"] = entry.Index,
                        ["rootHash"] = Convert.ToHexStringLower(Log.StatedRoot(lie)),
                        ["treeSize"] = Log.Size,
                    },
                    ["signedEntryTimestamp"] = Convert.ToBase64String(Log.Sign(promise)),
                },
            },
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Log.Dispose();

    private static string Canonical(JsonElement proposed, SigstoreLie lie)
    {
        var spec = proposed.GetProperty("spec");
        var kept = $"{proposed.GetProperty("kind")} {proposed.GetProperty("apiVersion")}" switch
        {
            "dsse 0.0.1" => OfEnvelope(spec.GetProperty("proposedContent"), lie),
            "hashedrekord 0.0.1" => OfHash(spec, lie),
            var other => throw Refuse($"unsupported kind of entry: {other}"),
        };
        var entry = new JsonObject { ["apiVersion"] = "0.0.1", ["kind"] = (string)proposed.GetProperty("kind").GetString()!, ["spec"] = kept };
        using var document = JsonDocument.Parse(entry.ToJsonString());
        return Encoding.UTF8.GetString(CanonicalJson.Of(document.RootElement));
    }

    private static JsonObject OfEnvelope(JsonElement proposed, SigstoreLie lie)
    {
        string envelope = proposed.GetProperty("envelope").GetString()!;
        using var document = JsonDocument.Parse(envelope);
        byte[] payload = document.RootElement.GetProperty("payload").GetBytesFromBase64();
        byte[] signed = PreAuthenticationEncoding.Of(document.RootElement.GetProperty("payloadType").GetString()!, payload);
        var verifiers = proposed.GetProperty("verifiers").EnumerateArray().Select(static verifier => EntryVerifier.FromPem(verifier.GetBytesFromBase64())).ToList();
        var signatures = new JsonArray();
        foreach (var signature in document.RootElement.GetProperty("signatures").EnumerateArray())
        {
            byte[] value = signature.GetProperty("sig").GetBytesFromBase64();
            var verifier = verifiers.Find(verifier => verifier.Signed(signed, value)) ?? throw Refuse("could not verify envelope: accepted signatures do not match threshold");
            signatures.Add(new JsonObject { ["signature"] = Stated(value, lie), ["verifier"] = verifier.Stated(lie) });
        }

        verifiers.ForEach(static verifier => verifier.Dispose());
        return signatures.Count > 0 && signatures.Count == verifiers.Count
            ? new JsonObject
            {
                ["envelopeHash"] = Hash(SHA256.HashData(Encoding.UTF8.GetBytes(envelope))),
                ["payloadHash"] = Hash(SHA256.HashData(payload)),
                ["signatures"] = signatures,
            }
            : throw Refuse("DSSE envelope must contain one signature for each verifier");
    }

    private static JsonObject OfHash(JsonElement spec, SigstoreLie lie)
    {
        var hash = spec.GetProperty("data").GetProperty("hash");
        byte[] value = Convert.FromHexString(hash.GetProperty("value").GetString()!);
        byte[] signature = spec.GetProperty("signature").GetProperty("content").GetBytesFromBase64();
        using var verifier = EntryVerifier.FromPem(spec.GetProperty("signature").GetProperty("publicKey").GetProperty("content").GetBytesFromBase64());
        return hash.GetProperty("algorithm").ValueEquals("sha256") && value.Length is SHA256.HashSizeInBytes && verifier.HasSigned(value, signature)
            ? new JsonObject
            {
                ["data"] = new JsonObject { ["hash"] = Hash(value) },
                ["signature"] = new JsonObject { ["content"] = Stated(signature, lie), ["publicKey"] = new JsonObject { ["content"] = verifier.Stated(lie) } },
            }
            : throw Refuse("verifying signature: invalid signature when validating ASN.1 encoded signature");
    }

    private static JsonObject Hash(byte[] value) => new() { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(value) };

    private static string Stated(byte[] signature, SigstoreLie lie) =>
        Convert.ToBase64String(lie is SigstoreLie.EntryOfAnotherSignature ? [.. signature[..^1], (byte)~signature[^1]] : signature);

    private static SigstoreRefusalException Refuse(string message) => new(400, 400, $"error processing entry: {message}");
}
