using Provenance.ArtifactStore.Space;

namespace Provenance.Cli.Reporting;

/// <summary>Shows at a terminal how far a collection has come, in one line.</summary>
internal sealed class CollectionLine(TextWriter output) : IProgress<CollectionProgress>
{
    private string shown = "";

    public void Report(CollectionProgress value)
    {
        string line = value.Total is 0 ? value.Step : $"{value.Step} {100 * value.Done / value.Total} %";
        if (line != shown)
        {
            output.Write($"\r{line.PadRight(shown.Length)}");
            shown = line;
        }
    }

    /// <summary>Takes the line away.</summary>
    public void End() => output.Write($"\r{new string(' ', shown.Length)}\r");
}
