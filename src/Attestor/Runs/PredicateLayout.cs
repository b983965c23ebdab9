using System.Text.Json;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Runs;

/// <summary>
/// The parts of a provenance predicate in the layout of another producer's build type, for those who migrate from it. Where a run
/// brings one, it stands in place of everything that would otherwise be derived from the run.
/// </summary>
public sealed record PredicateLayout
{
    /// <summary>The build type whose layout it is.</summary>
    public required string BuildType { get; init; }

    /// <summary>The subjects.</summary>
    public required IReadOnlyList<ResourceDescriptor> Subjects { get; init; }

    /// <summary>Writes the external parameters as one JSON object.</summary>
    public required Action<Utf8JsonWriter> WriteExternalParameters { get; init; }

    /// <summary>Writes the internal parameters as one JSON object; null where there are none.</summary>
    public Action<Utf8JsonWriter>? WriteInternalParameters { get; init; }

    /// <summary>The resolved dependencies, in order.</summary>
    public required IReadOnlyList<ResourceDescriptor> ResolvedDependencies { get; init; }

    /// <summary>The by-products, in order.</summary>
    public required IReadOnlyList<ResourceDescriptor> Byproducts { get; init; }

    /// <summary>The invocation id.</summary>
    public required string InvocationId { get; init; }
}
