namespace Provenance.Attestor.Lookups;

/// <summary>The run that an attestation speaks of, as its predicate tells.</summary>
public sealed record IndexedRun
{
    /// <summary>The invocation id.</summary>
    public required string InvocationId { get; init; }

    /// <summary>How people write the run, such as <c>TaskRun default/build-1</c>; the invocation id where the predicate does not say.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended; null where the predicate does not say.</summary>
    public string? Outcome { get; init; }

    /// <summary>Who built.</summary>
    public required string Builder { get; init; }

    /// <summary>The build type.</summary>
    public required string BuildType { get; init; }

    /// <summary>When it began, RFC 3339; null where the predicate does not say.</summary>
    public string? StartedOn { get; init; }

    /// <summary>When it ended, RFC 3339; null where the predicate does not say.</summary>
    public string? FinishedOn { get; init; }
}
