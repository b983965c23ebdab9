using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>Reads the runs of one platform's kind. A new kind is one folder with an implementation and one line of registration.</summary>
public interface IRunKind
{
    /// <summary>The word by which operators switch the kind on, such as <c>tekton</c>; several kinds may share one.</summary>
    string Platform { get; }

    /// <summary>Where an API server serves the runs of this kind; empty for a kind that is met in files only.</summary>
    IReadOnlyList<RunResource> Resources { get; }

    /// <summary>
    /// Objects that are no runs but say something about one that owns them: the Pods of a run whose own status names no image digest.
    /// </summary>
    IReadOnlyList<RunResource> Companions => [];

    /// <summary>Whether a run of this kind may be taken up again under the same UID: its end then tells its attempts apart.</summary>
    bool MayReopen => false;

    /// <summary>Whether a run of this kind that failed and does not say when it ended may be tried again, so that it is looked at later.</summary>
    bool MayFailForNow => false;

    /// <summary>
    /// Whether an object of <see cref="Resources"/> may be over, seen from its head alone. A true answer leads to <see cref="Collect"/>,
    /// which decides; a false one drops the object unread, so it is given only where the run is certainly not over.
    /// </summary>
    bool MayBeOver(ref readonly ObjectHead head);

    /// <summary>Whether the document is of this kind.</summary>
    bool Recognises(RunDocument document);

    /// <summary>Reads the run; every document that is recognised gives a result, however odd it is.</summary>
    CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options);
}
