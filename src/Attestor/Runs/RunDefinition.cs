using System.Text.Json;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Runs;

/// <summary>What was run: the definition's origin where the platform resolved one, else the digest of the definition as it was resolved.</summary>
public sealed record RunDefinition
{
    /// <summary>Where the definition came from; null for one written into the run itself or taken from the cluster.</summary>
    public string? Uri { get; init; }

    /// <summary>The digest of that origin, or SHA-256 of the canonical JSON of the resolved definition.</summary>
    public required DigestSet Digest { get; init; }

    /// <summary>The file within the origin.</summary>
    public string? EntryPoint { get; init; }

    /// <summary>The reference as the run's creator wrote it; null for a definition written into the run.</summary>
    public JsonElement? Reference { get; init; }
}
