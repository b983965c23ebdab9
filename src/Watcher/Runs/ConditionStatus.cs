namespace Provenance.Watcher.Runs;

/// <summary>The status of a Kubernetes condition.</summary>
public enum ConditionStatus
{
    /// <summary>There is no such condition.</summary>
    Absent,

    /// <summary><c>Unknown</c>, or a word that is none of the three.</summary>
    Unknown,

    /// <summary><c>True</c>.</summary>
    True,

    /// <summary><c>False</c>.</summary>
    False,
}
