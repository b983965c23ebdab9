namespace Provenance.Watcher.Runs.Mapped;

/// <summary>Collects everything that is wrong with one mapping file.</summary>
internal sealed class MappingProblems(string file)
{
    private readonly List<(long Line, string What)> all = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool AreNone => all.Count is 0;

    public void Add(long line, string what) => all.Add((line, what));

    /// <summary>The error that lists all problems in the order of the file.</summary>
    public RunKindFileException ToException() => new([.. all.OrderBy(static p => p.Line).Select(p => p.Line is 0 ? $"{file}: {p.What}" : $"{file}:{p.Line}: {p.What}")]);
}
