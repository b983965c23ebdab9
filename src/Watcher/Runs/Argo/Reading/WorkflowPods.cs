using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>
/// The Pods of a Workflow by node. Only they know which images ran: a node says nothing of it. Argo deletes them when it is told to
/// (<c>podGC</c>), so that they are often gone before the Workflow is over.
/// </summary>
internal sealed class WorkflowPods
{
    /// <summary>The label that every Pod of a Workflow has.</summary>
    public const string Label = "workflows.argoproj.io/workflow";

    /// <summary>How long the name of a Pod may be before its hash, as Argo cuts it.</summary>
    private const int LongestPrefix = 242;

    private const int MostNamed = 5;
    private const int MostListed = 1000;

    private readonly RunAccount account;
    private readonly Action<string, string> report;
    private readonly bool hasTemplateInName;
    private readonly List<string> missing = [];

    private WorkflowPods(RunAccount account, JsonElement metadata, Action<string, string> report)
    {
        this.account = account;
        this.report = report;
        hasTemplateInName = metadata.Member("annotations"u8).Is("workflows.argoproj.io/pod-name-format"u8, "v2"u8);
        Reading = new PodReading(report);
    }

    private static ReadOnlySpan<byte> NodeId => "workflows.argoproj.io/node-id"u8;

    /// <summary>What their containers ran, recorded and ended with.</summary>
    public PodReading Reading { get; }

    /// <summary>The Pods that are not at hand, as <c>Pod name</c>, sorted; behind a thousand of them, how many more there are.</summary>
    public IReadOnlyList<string> Missing => missing.Count > MostListed ? [.. missing.Take(MostListed), $"Pod ({missing.Count - MostListed} more)"] : missing;

    /// <summary>Reads the Pods of the nodes.</summary>
    public static WorkflowPods Read(RunDocument document, RunAccount account, IReadOnlyList<WorkflowNode> nodes, ChildRuns children, DateTimeOffset? finishedOn, Action<string, string> report)
    {
        var pods = new WorkflowPods(account, document.Root.Member("metadata"u8), report);

        // Pods without a node are Argo's own, such as those that delete artifacts after the end.
        var owned = children.Of(account.Identity.Uid, "", "").Where(static d => Pod.Is(d) && d.Root.Member("metadata"u8).Member("annotations"u8).Text(NodeId) is not null);
        var byNode = OwnedPods.Find(document, new ChildRuns(owned), finishedOn, report).ToLookup(static p => p.Annotations.Text(NodeId)!, StringComparer.Ordinal);
        foreach (var node in nodes.Where(static n => n.RanInPod))
        {
            pods.Read(node, byNode[node.Id]);
        }

        pods.missing.Sort(StringComparer.Ordinal);
        pods.ReportMissing();
        return pods;
    }

    private void Read(WorkflowNode node, IEnumerable<Pod> claimants)
    {
        Pod? found = null;
        foreach (var pod in claimants.OrderByDescending(p => p.Name == node.Id || p.Name == NameWithTemplate(node)))
        {
            if (found is null && IsNameOf(pod, node))
            {
                found = pod;
            }
            else
            {
                report(RunProblemCodes.ChildForeign, $"the Pod {pod.Name} says that it ran node {node.Label}, but Argo calls that Pod {found?.Name ?? NameOf(node)}. It is left out; find out who made it.");
            }
        }

        if (found is null)
        {
            missing.Add("Pod " + NameOf(node));
        }
        else if (node.HasSucceeded && found.IsOver)
        {
            Reading.ReadOwned([found], _ => $"nodes/{node.Label}/");
        }
        else
        {
            Reading.ReadImages(found, $"nodes/{node.Label}/", isOneOfSeveral: true);
        }
    }

    private string NameOf(WorkflowNode node) => hasTemplateInName ? NameWithTemplate(node) : node.Id;

    /// <summary>Argo's name for the Pod of a node since version 3.4: the hash that ends the node's id, behind Workflow and template.</summary>
    private string NameWithTemplate(WorkflowNode node)
    {
        string workflow = account.Identity.Name;
        if (node.Template.Length is 0 || node.Name == workflow || !node.Id.StartsWith(workflow + "-", StringComparison.Ordinal))
        {
            return node.Id;
        }

        string prefix = $"{workflow}-{node.Template}";
        return (prefix.Length > LongestPrefix ? prefix[..LongestPrefix] : prefix) + node.Id[workflow.Length..];
    }

    private bool IsNameOf(Pod pod, WorkflowNode node)
    {
        string workflow = account.Identity.Name;
        return pod.Name == node.Id || pod.Name == NameWithTemplate(node)
            || (pod.Name.StartsWith(workflow + "-", StringComparison.Ordinal) && node.Id.StartsWith(workflow + "-", StringComparison.Ordinal)
                && pod.Name.EndsWith(node.Id[workflow.Length..], StringComparison.Ordinal));
    }

    private void ReportMissing()
    {
        if (missing.Count > 0)
        {
            string more = missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : "";
            report(
                RunProblemCodes.ChildMissing,
                $"{string.Join(", ", missing.Take(MostNamed))}{more}: not at hand, deleted (podGC) or not handed over. The digests of their images are not in the attestation, which says so.");
        }
    }
}
