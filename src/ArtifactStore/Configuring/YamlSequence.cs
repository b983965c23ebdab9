namespace Provenance.ArtifactStore.Configuring;

/// <summary>A sequence.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Items">What it holds, in the order of the file.</param>
internal sealed record YamlSequence(long Line, long Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}
