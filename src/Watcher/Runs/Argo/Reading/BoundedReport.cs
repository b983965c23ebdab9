using Provenance.Attestor.Runs;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>Keeps a Workflow of very many nodes, each with a fault of its own, from filling the memory with reports.</summary>
internal sealed class BoundedReport(RunAccount account)
{
    private const int MostProblems = 1000;

    private int count;

    /// <summary>Reports a problem; behind a thousand, that there are more, once.</summary>
    public void Add(string code, string what)
    {
        if (count < MostProblems)
        {
            account.Report(code, what);
        }
        else if (count is MostProblems)
        {
            account.Report(RunProblemCodes.ArtifactRecord, $"more than {MostProblems} problems were found; the rest is not listed.");
        }

        count++;
    }
}
