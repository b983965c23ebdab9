using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Runs;

/// <summary>
/// A run that is over, in words that no platform owns: the one thing that a run kind hands to the attestor. The same run always gives
/// the same value.
/// </summary>
public sealed record CompletedRun
{
    /// <summary>Which run it was.</summary>
    public required RunIdentity Identity { get; init; }

    /// <summary>How it ended.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>When it began, by the platform's clock.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>When it ended, by the platform's clock.</summary>
    public DateTimeOffset? FinishedOn { get; init; }

    /// <summary>The build type that says how the parts below are to be read.</summary>
    public required string BuildType { get; init; }

    /// <summary>What was run; null where the run ended before a definition was resolved.</summary>
    public RunDefinition? Definition { get; init; }

    /// <summary>The parameters that the run's creator gave.</summary>
    public IReadOnlyList<NamedValue> Parameters { get; init; } = [];

    /// <summary>Everything else that the run's creator chose.</summary>
    public IReadOnlyList<NamedValue> Settings { get; init; } = [];

    /// <summary>What the platform's operator set.</summary>
    public IReadOnlyList<NamedValue> Environment { get; init; } = [];

    /// <summary>Images, definitions of steps and the like that the control plane resolved, named.</summary>
    public IReadOnlyList<ResourceDescriptor> Materials { get; init; } = [];

    /// <summary>What was recorded as read and made.</summary>
    public IReadOnlyList<RecordedArtifact> Artifacts { get; init; } = [];

    /// <summary>Results of the run that are no artifacts.</summary>
    public IReadOnlyList<NamedValue> Results { get; init; } = [];

    /// <summary>Children whose records could not be read, as <c>Kind name</c>; empty when the account is complete.</summary>
    public IReadOnlyList<string> MissingChildren { get; init; } = [];

    /// <summary>What was found wrong on the way.</summary>
    public IReadOnlyList<RunProblem> Problems { get; init; } = [];

    /// <summary>The predicate's parts in another producer's layout, where that was asked for.</summary>
    public PredicateLayout? Layout { get; init; }
}
