namespace Provenance.ArtifactStore.Configuring;

/// <summary>Collects what is wrong with one file.</summary>
/// <param name="file">The file, as problems name it.</param>
public sealed class YamlProblems(string file)
{
    private readonly List<YamlProblem> all = [];

    /// <summary>The problems in the order of the file.</summary>
    public IReadOnlyList<YamlProblem> All => [.. all.OrderBy(static p => p.Line).ThenBy(static p => p.Column)];

    /// <summary>Adds a problem at a node.</summary>
    public void Add(YamlNode node, string message)
    {
        ArgumentNullException.ThrowIfNull(node);
        Add(node.Line, node.Column, message);
    }

    /// <summary>Adds a problem at a place.</summary>
    public void Add(long line, long column, string message) => all.Add(new YamlProblem(file, line, column, message));
}
