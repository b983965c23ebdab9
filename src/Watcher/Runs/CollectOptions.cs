namespace Provenance.Watcher.Runs;

/// <summary>What an operator chose about collecting.</summary>
public sealed record CollectOptions
{
    /// <summary>Our build type, recorded artifacts only, succeeded runs only.</summary>
    public static CollectOptions Default { get; } = new();

    /// <summary>The build type of the statements.</summary>
    public BuildTypeOption BuildType { get; init; }

    /// <summary>With the Chains build type: also read the results of a PipelineRun's children for subjects and dependencies.</summary>
    public bool ChainsDeepInspection { get; init; }

    /// <summary>Whether runs that failed, were cancelled or timed out are attested too; the statement says so.</summary>
    public bool AttestUnsuccessful { get; init; }
}
