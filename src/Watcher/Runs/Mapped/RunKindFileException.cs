namespace Provenance.Watcher.Runs.Mapped;

/// <summary>A mapping file cannot be used; the message lists everything that is wrong with it, a line each.</summary>
/// <param name="problems">The problems as <c>file:line: what</c>.</param>
public sealed class RunKindFileException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>The problems as <c>file:line: what</c>, in the order of the file.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
