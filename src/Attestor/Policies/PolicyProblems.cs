namespace Provenance.Attestor.Policies;

/// <summary>Collects what is wrong with one file.</summary>
internal sealed class PolicyProblems(string file)
{
    private readonly List<PolicyProblem> all = [];

    /// <summary>The problems in the order of the file.</summary>
    public IReadOnlyList<PolicyProblem> All => [.. all.OrderBy(static p => p.Line).ThenBy(static p => p.Column)];

    /// <summary>Adds a problem at a node.</summary>
    public void Add(PolicyNode node, string message) => Add(node.Line, node.Column, message);

    /// <summary>Adds a problem at a place.</summary>
    public void Add(long line, long column, string message) => all.Add(new PolicyProblem(file, line, column, message));
}
