using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Descriptors as JSON (OCI image-spec 1.1, descriptor.md).</summary>
internal static class DescriptorFormat
{
    /// <summary>Reads a descriptor that stands at <paramref name="place"/> of a document.</summary>
    /// <exception cref="ManifestFormatException">It is no valid descriptor.</exception>
    public static Descriptor Read(JsonElement element, string place)
    {
        Require(element.ValueKind == JsonValueKind.Object, $"{place} is not a descriptor");
        string mediaType = Text(element, "mediaType", place) is { Length: > 0 } given ? given : throw new ManifestFormatException($"{place} has no mediaType");
        Require(Digest.TryParse(Text(element, "digest", place), out var digest, out string? problem), $"{place}.digest: {problem}");
        Require(
            element.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out _) && size.GetInt64() >= 0,
            $"{place}.size is not a count of bytes");
        return new Descriptor
        {
            MediaType = mediaType,
            Digest = digest!,
            Size = size.GetInt64(),
            ArtifactType = Text(element, "artifactType", place),
            Annotations = ReadAnnotations(element, place),
        };
    }

    /// <summary>Reads the annotations of a descriptor or document, sorted by key; null where there are none.</summary>
    public static IReadOnlyDictionary<string, string>? ReadAnnotations(JsonElement element, string place)
    {
        if (!element.TryGetProperty("annotations", out var annotations) || annotations.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Require(annotations.ValueKind == JsonValueKind.Object, $"{place}: annotations are not an object");
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in annotations.EnumerateObject())
        {
            Require(annotation.Value.ValueKind == JsonValueKind.String, $"{place}: annotation {annotation.Name} is not a string");
            sorted.Add(annotation.Name, annotation.Value.GetString()!);
        }

        return sorted.Count == 0 ? null : sorted;
    }

    /// <summary>Reads a string member; null where it is absent or null.</summary>
    public static string? Text(JsonElement element, string name, string place)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.String, $"{place}.{name} is not a string");
        return value.GetString();
    }

    /// <summary>Writes a descriptor as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        if (descriptor.Annotations is { Count: > 0 } annotations)
        {
            writer.WriteStartObject("annotations");
            foreach (var (key, value) in annotations)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        if (!string.IsNullOrEmpty(descriptor.ArtifactType))
        {
            writer.WriteString("artifactType", descriptor.ArtifactType);
        }

        writer.WriteEndObject();
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ManifestFormatException(problem);
        }
    }
}
