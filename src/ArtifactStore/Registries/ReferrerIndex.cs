using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// An index whose entries are referrers, as the referrers API answers and the fallback tag holds. Entries that others wrote and we
/// cannot read are kept as they are.
/// </summary>
internal sealed class ReferrerIndex
{
    private readonly JsonObject document;

    private ReferrerIndex(JsonObject document) => this.document = document;

    /// <summary>The entries that are valid descriptors, in their order; others mean nothing to us.</summary>
    public IReadOnlyList<Descriptor> Entries
    {
        get
        {
            List<Descriptor> entries = [];
            foreach (var node in Nodes)
            {
                using var json = JsonDocument.Parse(node?.ToJsonString() ?? "null");
                try
                {
                    entries.Add(DescriptorFormat.Read(json.RootElement, "manifests[]"));
                }
                catch (ManifestFormatException)
                {
                    // For example a digest by an algorithm that came after us.
                }
            }

            return entries;
        }
    }

    private JsonArray Nodes => (JsonArray)document["manifests"]!;

    /// <summary>An index without entries.</summary>
    public static ReferrerIndex Empty() => new(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.Index,
        ["manifests"] = new JsonArray(),
    });

    /// <summary>Reads an index.</summary>
    /// <exception cref="ManifestFormatException">The bytes are no OCI index.</exception>
    public static ReferrerIndex Parse(ReadOnlyMemory<byte> content)
    {
        string mediaType = ManifestDocument.ReadMediaType(content, contentType: null);
        if (mediaType != MediaTypes.Index
            || JsonNode.Parse(content.Span) is not JsonObject document || document["manifests"] is not JsonArray)
        {
            throw new ManifestFormatException($"the document is {mediaType}, not an index with a list of manifests");
        }

        return new ReferrerIndex(document);
    }

    /// <summary>Whether an entry with this digest is there.</summary>
    public bool Contains(Digest digest) => Nodes.Any(node => IsOf(node, digest));

    /// <summary>Takes out all entries with this digest.</summary>
    public void Remove(Digest digest) => Nodes.RemoveAll(node => IsOf(node, digest));

    /// <summary>Adds an entry after those that are there.</summary>
    public void Add(Descriptor referrer)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            DescriptorFormat.Write(writer, referrer);
        }

        Nodes.Add(JsonNode.Parse(buffer.ToArray()));
    }

    /// <summary>The index as a manifest.</summary>
    public byte[] Serialize()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, DescriptorFormat.WriterOptions))
        {
            document.WriteTo(writer);
        }

        return buffer.ToArray();
    }

    private static bool IsOf(JsonNode? node, Digest digest) =>
        node is JsonObject entry && entry["digest"] is JsonValue value && value.TryGetValue(out string? text) && text == digest.ToString();
}
