namespace Provenance.ArtifactStore.Keys;

/// <summary>One change as it stands in the bytes of <see cref="KeyChangeFormat"/>.</summary>
internal readonly ref struct KeyChangeBytes
{
    /// <summary>The table, UTF-8.</summary>
    public required ReadOnlySpan<byte> Table { get; init; }

    /// <summary>The name, UTF-8.</summary>
    public required ReadOnlySpan<byte> Name { get; init; }

    /// <summary>The value; empty for a removal.</summary>
    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Whether the name is removed.</summary>
    public required bool IsRemoval { get; init; }

    /// <summary>How many bytes the change takes up.</summary>
    public required int Length { get; init; }
}
