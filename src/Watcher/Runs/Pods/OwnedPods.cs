using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Pods;

/// <summary>Finds the Pods of a run among the documents at hand, directly owned or by way of others, sorted by name.</summary>
internal static class OwnedPods
{
    private const int MaximumPods = 1024;

    /// <summary>
    /// Finds them. Anyone who may create Pods in the namespace can name an owner, but nobody can date a Pod back: those that were created
    /// before the run or after its end are none of its.
    /// </summary>
    /// <param name="run">The document of the run.</param>
    /// <param name="children">The documents at hand.</param>
    /// <param name="finishedOn">When the run ended; null where that is not known.</param>
    /// <param name="report">Is told of Pods that are left out.</param>
    public static IReadOnlyList<Pod> Find(RunDocument run, ChildRuns children, DateTimeOffset? finishedOn, Action<string, string> report)
    {
        var metadata = run.Root.Member("metadata"u8);
        string runNamespace = metadata.Text("namespace"u8) ?? "";
        var createdOn = metadata.Time("creationTimestamp"u8);
        var pods = new List<Pod>();
        var owned = children.Below(run).Where(Pod.Is).Select(static d => new Pod(d)).Where(p => p.Namespace == runNamespace);
        foreach (var pod in owned.OrderByDescending(static p => p.IsOver).DistinctBy(static p => p.Name).OrderBy(static p => p.Name, StringComparer.Ordinal))
        {
            if (pod.CreatedOn < createdOn || pod.CreatedOn > finishedOn)
            {
                report(RunProblemCodes.ChildForeign, $"the Pod {pod.Name} names it as its owner, but was created {(pod.CreatedOn < createdOn ? "before it" : "after it had ended")}. It is left out; find out who made it.");
            }
            else if (pods.Count is MaximumPods)
            {
                report(RunProblemCodes.ChildMissing, $"it has more than {MaximumPods} Pods; the rest is not read.");
                break;
            }
            else
            {
                pods.Add(pod);
            }
        }

        return pods;
    }
}
