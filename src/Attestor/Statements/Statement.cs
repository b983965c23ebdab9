using System.Text.Json;

namespace Provenance.Attestor.Statements;

/// <summary>A statement as read from a verified or an inspected payload (in-toto attestation spec v1, statement.md).</summary>
public sealed record Statement
{
    /// <summary>The <c>_type</c> that we write.</summary>
    public const string Type = "https://in-toto.io/Statement/v1";

    /// <summary>The <c>_type</c> that cosign still writes; read, never written.</summary>
    public const string TypeV01 = "https://in-toto.io/Statement/v0.1";

    /// <summary>How many subjects a statement may have.</summary>
    public const int MaximumSubjects = 1024;

    /// <summary>The artifacts that the predicate speaks of; matched by digest only.</summary>
    public required IReadOnlyList<ResourceDescriptor> Subjects { get; init; }

    /// <summary>What kind of predicate it is, an exact URI.</summary>
    public required string PredicateType { get; init; }

    /// <summary>The predicate, a JSON object.</summary>
    public required JsonElement Predicate { get; init; }
}
