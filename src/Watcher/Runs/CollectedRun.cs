using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Runs;

/// <summary>What came of reading one run document.</summary>
public sealed record CollectedRun
{
    /// <summary>The file or object that was read.</summary>
    public required string Source { get; init; }

    /// <summary>Which run it is; null where the document is no run.</summary>
    public RunIdentity? Identity { get; init; }

    /// <summary>How far the run is and how it ended.</summary>
    public RunOutcome Outcome { get; init; } = new(RunState.NotDone, "");

    /// <summary>The run, ready to be attested; null where there is a reason against it, which is then among the problems.</summary>
    public CompletedRun? Run { get; init; }

    /// <summary>Everything that was found wrong, and the reason why there is nothing to attest.</summary>
    public required IReadOnlyList<RunProblem> Problems { get; init; }

    /// <summary>Whether children were missing that may still turn up.</summary>
    public bool AwaitsChildren { get; init; }

    /// <summary>
    /// Whether the document is no run of its own but says something about another, as the Pod of a Job does: there is nothing to report of it.
    /// </summary>
    public bool IsCompanion { get; init; }

    /// <summary>How people know the run, or the source where it is none.</summary>
    public string DisplayName => Identity?.ToString() ?? Source;
}
