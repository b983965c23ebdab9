using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Statements;

namespace Provenance.Testing.Sigstore;

/// <summary>A transparency log of version 2 with a key on P-256: takes <c>hashedRekordRequestV002</c>, says no time, and proves.</summary>
internal sealed class RekorV2(string host, LoopbackSigstoreOptions options) : IDisposable
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    /// <summary>The tree and the key.</summary>
    public MerkleLog Log { get; } = new(options.EarlierEntries);

    /// <summary>What it says of its tree that is not true.</summary>
    public TreeLie TreeLie { get; set; }

    /// <summary>Reads a file of the tree.</summary>
    /// <param name="path">Where it is, under the log's prefix.</param>
    /// <param name="size">How many entries the checkpoint is about; null for all.</param>
    /// <param name="lie">What is not true.</param>
    /// <exception cref="SigstoreRefusalException">There is none (404).</exception>
    public (byte[] Content, string Type) Read(string path, int? size, SigstoreLie lie) => new PublishedTree(Log, host).Read(path, size ?? Log.Size, lie, TreeLie);

    /// <summary>Takes an entry, and answers with a TransparencyLogEntry.</summary>
    /// <exception cref="SigstoreRefusalException">It cannot be verified, or is there already (409).</exception>
    public JsonObject Add(JsonElement request, SigstoreLie lie)
    {
        byte[] body = Canonical(request.GetProperty("hashedRekordRequestV002"), lie);
        string text = Encoding.UTF8.GetString(body);
        if (places.TryGetValue(text, out int place))
        {
            int stated = TreeLie is TreeLie.EntryElsewhere ? place - 1 : place;
            throw new SigstoreRefusalException(409, 6, $"an equivalent entry already exists in the transparency log with index {stated}") { LogIndex = stated };
        }

        int index = Log.Append(body);
        places.Add(text, index);
        var proof = new JsonObject
        {
            ["rootHash"] = Convert.ToBase64String(Log.StatedRoot(lie)),
            ["treeSize"] = Text(Log.Size),
            ["hashes"] = new JsonArray([.. Log.PathOf(index, lie).Select(static hash => JsonValue.Create(Convert.ToBase64String(hash)))]),
            ["checkpoint"] = new JsonObject { ["envelope"] = Log.Checkpoint(host, host, lie) },
        };
        var entry = new JsonObject
        {
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Log.Id) },
            ["kindVersion"] = new JsonObject { ["kind"] = "hashedrekord", ["version"] = "0.0.2" },
            ["inclusionProof"] = proof,
            ["canonicalizedBody"] = Convert.ToBase64String(body),
        };
        // As in all answers of this kind, a zero is not written.
        if (index > 0)
        {
            entry["logIndex"] = Text(index);
            proof["logIndex"] = Text(index);
        }

        return entry;
    }

    /// <inheritdoc/>
    public void Dispose() => Log.Dispose();

    private static byte[] Canonical(JsonElement request, SigstoreLie lie)
    {
        byte[] digest = request.GetProperty("digest").GetBytesFromBase64();
        byte[] signature = request.GetProperty("signature").GetProperty("content").GetBytesFromBase64();
        var verifier = request.GetProperty("signature").GetProperty("verifier");
        bool isCertificate = verifier.TryGetProperty("x509Certificate", out var material);
        byte[] encoded = (isCertificate ? material : verifier.GetProperty("publicKey")).GetProperty("rawBytes").GetBytesFromBase64();
        using var key = EntryVerifier.FromDer(isCertificate, encoded);
        if (!verifier.GetProperty("keyDetails").ValueEquals("PKIX_ECDSA_P256_SHA_256") || digest.Length is not 32 || !key.HasSigned(digest, signature))
        {
            throw SigstoreRefusalException.Invalid("invalid hashedrekord request: verifying signature: invalid signature");
        }

        byte[] stated = lie is SigstoreLie.EntryOfAnotherSignature ? [.. signature[..^1], (byte)~signature[^1]] : signature;
        string form = isCertificate ? "x509Certificate" : "publicKey";
        if (lie is SigstoreLie.EntryOfAnotherSigner)
        {
            (form, encoded) = ("publicKey", EntryVerifier.Stranger());
        }

        var entry = new JsonObject
        {
            ["apiVersion"] = "0.0.2",
            ["kind"] = "hashedrekord",
            ["spec"] = new JsonObject
            {
                ["hashedRekordV002"] = new JsonObject
                {
                    ["data"] = new JsonObject { ["algorithm"] = "SHA2_256", ["digest"] = Convert.ToBase64String(digest) },
                    ["signature"] = new JsonObject
                    {
                        ["content"] = Convert.ToBase64String(stated),
                        ["verifier"] = new JsonObject
                        {
                            ["keyDetails"] = "PKIX_ECDSA_P256_SHA_256",
                            [form] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(encoded) },
                        },
                    },
                },
            },
        };
        using var document = JsonDocument.Parse(entry.ToJsonString());
        return CanonicalJson.Of(document.RootElement);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
