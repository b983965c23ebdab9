using System.Text.Json;
using System.Text.Unicode;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// What a registry must know of an image manifest or index (OCI image-spec 1.1, manifest.md and image-index.md), read strictly:
/// valid UTF-8, no duplicate keys at any depth, nothing after the value, and never both a manifest and an index.
/// </summary>
internal sealed record ManifestDocument
{
    /// <summary>The largest manifest that registries must accept and that we read: 4 MiB.</summary>
    public const int MaximumSize = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 64,
    };

    private ManifestDocument()
    {
    }

    /// <summary>The media type, from the body where it says so.</summary>
    public required string MediaType { get; init; }

    /// <summary>The artifact type; where a manifest has none, its configuration's media type.</summary>
    public string? ArtifactType { get; private init; }

    /// <summary>The manifest this one refers to.</summary>
    public Digest? Subject { get; private init; }

    /// <summary>The manifest's own annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; private init; }

    /// <summary>The configuration and layers that must be present as blobs.</summary>
    public IReadOnlyList<Digest> Blobs { get; private init; } = [];

    /// <summary>The entries of an index.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; private init; } = [];

    /// <summary>Whether this is an index of manifests.</summary>
    public bool IsIndex => IsIndexType(MediaType);

    /// <summary>Reads a manifest that was transferred as <paramref name="contentType"/>.</summary>
    /// <exception cref="ManifestFormatException">The bytes are no manifest of that type.</exception>
    public static ManifestDocument Parse(ReadOnlyMemory<byte> content, string? contentType) =>
        Parse(content, root => Read(root, WithoutParameters(contentType)));

    /// <summary>
    /// The media type of a document of any kind: what the body says, else what its shape says, else <paramref name="contentType"/>.
    /// </summary>
    /// <exception cref="ManifestFormatException">The bytes are no JSON object, or could be both a manifest and an index.</exception>
    public static string ReadMediaType(ReadOnlyMemory<byte> content, string? contentType) => Parse(content, root =>
    {
        Require(root.ValueKind == JsonValueKind.Object, "a manifest is a JSON object");
        bool index = root.TryGetProperty("manifests", out _);
        bool manifest = root.TryGetProperty("layers", out _);
        Require(!(index && manifest), "the document has both manifests and layers");
        return Text(root, "mediaType") ?? (index ? MediaTypes.Index : manifest ? MediaTypes.Manifest : WithoutParameters(contentType))
            ?? throw new ManifestFormatException("nothing says what media type the document has");
    });

    /// <summary>Whether the media type is that of an index or a manifest list.</summary>
    public static bool IsIndexType(string mediaType) => mediaType is MediaTypes.Index or MediaTypes.DockerManifestList;

    /// <summary>Describes these bytes as the referrers API lists them.</summary>
    public Descriptor Describe(Digest digest, long size) =>
        new() { MediaType = MediaType, Digest = digest, Size = size, ArtifactType = ArtifactType, Annotations = Annotations };

    private static T Parse<T>(ReadOnlyMemory<byte> content, Func<JsonElement, T> read)
    {
        if (content.Length > MaximumSize)
        {
            throw new ManifestFormatException($"a manifest has at most {MaximumSize} bytes, not {content.Length}");
        }

        if (!Utf8.IsValid(content.Span))
        {
            throw new ManifestFormatException("the manifest is not valid UTF-8");
        }

        try
        {
            using var json = JsonDocument.Parse(content, Strict);
            return read(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is valid UTF-8 but escapes half a surrogate pair.
            throw new ManifestFormatException($"the manifest is not valid JSON: {exception.Message}", exception);
        }
    }

    private static ManifestDocument Read(JsonElement root, string? contentType)
    {
        Require(root.ValueKind == JsonValueKind.Object, "a manifest is a JSON object");
        Require(
            root.TryGetProperty("schemaVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number) && number == 2,
            "schemaVersion must be 2");
        string? declared = Text(root, "mediaType");
        Require(
            declared is null || contentType is null || string.Equals(declared, contentType, StringComparison.Ordinal),
            $"the body has media type {declared}, but was sent as {contentType}");
        string mediaType = declared ?? contentType ?? throw new ManifestFormatException("neither the body nor Content-Type gives a media type");
        bool isIndex = IsIndexType(mediaType);
        Require(
            isIndex || mediaType is MediaTypes.Manifest or MediaTypes.DockerManifest,
            $"media type {mediaType} is not supported: expected an OCI or Docker schema 2 manifest or index");

        // One document that two readers could take for different things must not be stored (image-spec, CVE-2021-41190).
        string foreign = isIndex ? "layers" : "manifests";
        Require(!root.TryGetProperty(foreign, out _), $"a document of media type {mediaType} must not have {foreign}");

        return isIndex ? ReadIndex(root, mediaType) : ReadManifest(root, mediaType);
    }

    private static ManifestDocument ReadManifest(JsonElement root, string mediaType)
    {
        Require(root.TryGetProperty("config", out var config), "a manifest has a config");
        var configuration = DescriptorFormat.Read(config, "config");
        List<Digest> blobs = [configuration.Digest];
        if (root.TryGetProperty("layers", out var layers))
        {
            foreach (var layer in Items(layers, "layers"))
            {
                var descriptor = DescriptorFormat.Read(layer, "layers[]");
                if (!IsNonDistributable(descriptor.MediaType))
                {
                    blobs.Add(descriptor.Digest);
                }
            }
        }

        return Common(root, mediaType) with { Blobs = blobs, ArtifactType = Text(root, "artifactType") is { Length: > 0 } given ? given : configuration.MediaType };
    }

    private static ManifestDocument ReadIndex(JsonElement root, string mediaType)
    {
        Require(root.TryGetProperty("manifests", out var manifests), "an index has manifests");
        List<Descriptor> entries = [];
        foreach (var entry in Items(manifests, "manifests"))
        {
            entries.Add(DescriptorFormat.Read(entry, "manifests[]"));
        }

        return Common(root, mediaType) with { Manifests = entries, ArtifactType = Text(root, "artifactType") };
    }

    private static ManifestDocument Common(JsonElement root, string mediaType) => new()
    {
        MediaType = mediaType,
        Subject = root.TryGetProperty("subject", out var subject) && subject.ValueKind != JsonValueKind.Null
            ? DescriptorFormat.Read(subject, "subject").Digest
            : null,
        Annotations = DescriptorFormat.ReadAnnotations(root, "annotations"),
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name)
    {
        Require(element.ValueKind == JsonValueKind.Array, $"{name} is not a list");
        return element.EnumerateArray();
    }

    private static bool IsNonDistributable(string mediaType) =>
        mediaType.StartsWith("application/vnd.oci.image.layer.nondistributable.", StringComparison.Ordinal)
        || mediaType.StartsWith("application/vnd.docker.image.rootfs.foreign.", StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) => DescriptorFormat.Text(element, name, name);

    private static string? WithoutParameters(string? contentType)
    {
        string bare = contentType?.Split(';')[0].Trim() ?? "";
        return bare.Length == 0 ? null : bare;
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ManifestFormatException(problem);
        }
    }
}
