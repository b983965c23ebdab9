namespace Provenance.Watcher.Runs;

/// <summary>Which build type the statements have.</summary>
public enum BuildTypeOption
{
    /// <summary>Our own: recorded artifacts only.</summary>
    Native,

    /// <summary>What Tekton Chains' <c>slsa/v2alpha4</c> emits, type hints included: for migration only.</summary>
    Chains,
}
