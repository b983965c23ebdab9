namespace Provenance.ArtifactStore.Configuring;

/// <summary>A mapping with unique keys, in the order of the file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Entries">Keys and values, in the order of the file.</param>
public sealed record YamlMapping(long Line, long Column, IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";
}
