using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

/// <summary>Blobs, and the manifests over them in the order in which they are pushed.</summary>
internal sealed class Dataset(string algorithm)
{
    private readonly DigestAlgorithm algorithm = DigestAlgorithm.Find(algorithm)!;

    /// <summary>The blobs to push first.</summary>
    public List<(Digest Digest, byte[] Content)> Blobs { get; } = [];

    /// <summary>The manifests; each with the tag it is given, where it is given one.</summary>
    public List<(Digest Digest, byte[] Content, string MediaType, string? Tag)> Manifests { get; } = [];

    /// <summary>What refers to which subject, as the referrers API is to list it.</summary>
    public List<(Digest Subject, Digest Referrer, string? ArtifactType)> Referrers { get; } = [];

    /// <summary>Adds a blob of random bytes and gives its descriptor.</summary>
    public JsonObject Blob(string mediaType, byte[]? content = null)
    {
        content ??= RandomNumberGenerator.GetBytes(300);
        var digest = Digest.Of(algorithm, content);
        Blobs.Add((digest, content));
        return Describe(mediaType, digest, content.Length);
    }

    /// <summary>A descriptor of what is not there.</summary>
    public JsonObject Absent(string mediaType)
    {
        byte[] content = RandomNumberGenerator.GetBytes(300);
        return Describe(mediaType, Digest.Of(algorithm, content), content.Length);
    }

    /// <summary>Adds an image with a configuration and layers, two unless others are given, and gives its descriptor.</summary>
    public JsonObject Image(string? tag = null, JsonArray? layers = null, Action<JsonObject>? change = null, JsonObject? subject = null)
    {
        var image = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Manifest,
            ["config"] = Blob(MediaTypes.ImageConfig, Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","id":"{{Guid.NewGuid()}}"}""")),
            ["layers"] = layers ?? new JsonArray(Blob("application/vnd.oci.image.layer.v1.tar+gzip"), Blob("application/vnd.oci.image.layer.v1.tar")),
        };
        return Add(image, MediaTypes.Manifest, tag, change, subject);
    }

    /// <summary>Adds an index and gives its descriptor.</summary>
    public JsonObject Index(string? tag, IEnumerable<JsonObject> manifests, Action<JsonObject>? change = null, JsonObject? subject = null)
    {
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Index,
            ["manifests"] = new JsonArray([.. manifests.Select(static m => m.DeepClone())]),
        };
        return Add(index, MediaTypes.Index, tag, change, subject);
    }

    private static JsonObject Describe(string mediaType, Digest digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest.ToString(), ["size"] = size };

    private JsonObject Add(JsonObject document, string mediaType, string? tag, Action<JsonObject>? change, JsonObject? subject)
    {
        if (subject is not null)
        {
            document["subject"] = subject.DeepClone();
        }

        change?.Invoke(document);
        byte[] content = Encoding.UTF8.GetBytes(document.ToJsonString());
        var digest = Digest.Of(algorithm, content);
        Manifests.Add((digest, content, mediaType, tag));
        if (subject is not null)
        {
            string? type = (string?)document["artifactType"] ?? (string?)document["config"]?["mediaType"];
            Referrers.Add((Digest.Parse((string)subject["digest"]!), digest, type));
        }

        return Describe(mediaType, digest, content.Length);
    }
}
