namespace Provenance.ArtifactStore.Configuring;

/// <summary>A node of a YAML file with its place.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public abstract record YamlNode(long Line, long Column)
{
    /// <summary>What the node is, for messages.</summary>
    public abstract string Kind { get; }
}
