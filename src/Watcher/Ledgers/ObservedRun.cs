using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Ledgers;

/// <summary>What is kept of a run that is over, beside its statement.</summary>
public sealed record ObservedRun
{
    /// <summary>How people know it: <c>TaskRun namespace/name</c>.</summary>
    public required string Run { get; init; }

    /// <summary>The SLSA <c>invocationId</c>.</summary>
    public required string InvocationId { get; init; }

    /// <summary>The API group and version; empty where the run came from a file.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The plural name in the API's paths; empty where the run came from a file.</summary>
    public string Plural { get; init; } = "";

    /// <summary>The namespace.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The UID.</summary>
    public required string Uid { get; init; }

    /// <summary>What tells attempts under the same UID apart; null where there is one only.</summary>
    public string? Attempt { get; init; }

    /// <summary>How it ended.</summary>
    public RunState State { get; init; }

    /// <summary>The platform's reason.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it ended, by the platform's clock.</summary>
    public DateTimeOffset? FinishedOn { get; init; }

    /// <summary>When it was observed, by our clock.</summary>
    public DateTimeOffset ObservedOn { get; init; }

    /// <summary>Whether it was over already when the watching began: such runs wait behind new ones.</summary>
    public bool IsBacklog { get; init; }

    /// <summary>Whether the object is being deleted or gone, so that nothing can be written to it.</summary>
    public bool IsGone { get; init; }

    /// <summary>What was found wrong while it was collected.</summary>
    public IReadOnlyList<RunProblem> Problems { get; init; } = [];
}
