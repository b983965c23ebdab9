using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>Reads the runs of one platform's kind. A new kind is one folder with an implementation and one line of registration.</summary>
public interface IRunKind
{
    /// <summary>Whether the document is of this kind.</summary>
    bool Recognises(RunDocument document);

    /// <summary>Reads the run; every document that is recognised gives a result, however odd it is.</summary>
    CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options);
}
