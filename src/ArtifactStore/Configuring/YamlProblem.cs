namespace Provenance.ArtifactStore.Configuring;

/// <summary>One thing that is wrong with a YAML file of ours.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1; 0 where the file as a whole is meant.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
public sealed record YamlProblem(string File, long Line, long Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, as editors understand it.</summary>
    public override string ToString() => Line is 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
