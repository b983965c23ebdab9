namespace Provenance.Attestor.Statements;

/// <summary>An artifact as a statement names it (in-toto attestation spec v1, resource_descriptor.md). At least one of URI, digest and content is set.</summary>
public sealed record ResourceDescriptor
{
    /// <summary>A name that is unique within its list; what it means is the build type's to say.</summary>
    public string? Name { get; init; }

    /// <summary>Where or what the artifact is.</summary>
    public string? Uri { get; init; }

    /// <summary>The digests of the artifact.</summary>
    public DigestSet? Digest { get; init; }

    /// <summary>The artifact itself, where it is small.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>The media type of the artifact.</summary>
    public string? MediaType { get; init; }

    /// <summary>Further facts, written in the order in which they are enumerated.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
