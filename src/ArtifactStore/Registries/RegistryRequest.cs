namespace Provenance.ArtifactStore.Registries;

/// <summary>One request to a registry.</summary>
internal sealed record RegistryRequest
{
    /// <summary>The method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>Where to.</summary>
    public required Uri Address { get; init; }

    /// <summary>The repository for which permission may have to be asked.</summary>
    public required string Repository { get; init; }

    /// <summary>What is being done to what, for error messages: <c>push manifest sha256:…</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Whether permission to write is needed.</summary>
    public bool IsPush { get; init; }

    /// <summary>The body, if there is one.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>The body's media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>The media types wanted in return.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Whether the body of a successful answer is left in <see cref="RegistryResponse.Body"/> instead of being read into memory.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>The largest successful answer that is read, in bytes.</summary>
    public long MaximumSize { get; init; } = ManifestDocument.MaximumSize;
}
