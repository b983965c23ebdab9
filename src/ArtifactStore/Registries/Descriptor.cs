using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>What a piece of content is, how large it is and by which digest it is found (OCI image-spec 1.1, descriptor.md).</summary>
public sealed record Descriptor
{
    private static readonly byte[] EmptyJson = "{}"u8.ToArray();

    /// <summary>The empty configuration, <c>{}</c>, that artifact manifests point at.</summary>
    public static Descriptor Empty { get; } = Of(MediaTypes.Empty, EmptyJson);

    /// <summary>The media type of the content.</summary>
    public required string MediaType { get; init; }

    /// <summary>The digest of the content.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The size of the content in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>What the content is used for, when it is a manifest.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Annotations, sorted by key; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Describes bytes in memory.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> content) =>
        new() { MediaType = mediaType, Digest = Digest.Of(content), Size = content.Length };
}
