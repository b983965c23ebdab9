using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton;

/// <summary>The TaskRuns below a PipelineRun, those of nested PipelineRuns included, and the children whose records cannot be read.</summary>
internal sealed class PipelineChildren
{
    private const int MaximumDepth = 8;

    private readonly ChildRuns available;
    private readonly DateTimeOffset now;
    private readonly List<TektonChild> taskRuns = [];
    private readonly List<string> missing = [];

    private PipelineChildren(ChildRuns available, DateTimeOffset now)
    {
        this.available = available;
        this.now = now;
    }

    /// <summary>The TaskRuns: in the order of the pipeline's tasks, then of its finally tasks, then by name.</summary>
    public IReadOnlyList<TektonChild> TaskRuns => taskRuns;

    /// <summary>Children whose records cannot be read, as <c>Kind name</c>, sorted.</summary>
    public IReadOnlyList<string> Missing => missing;

    /// <summary>The exit codes that are not 0, as <c>task/step</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> ExitCodes =>
    [
        .. taskRuns.SelectMany(static c => TektonCondition.ReadExitCodes(c.Status).Select(e => new KeyValuePair<string, int>($"{c.PipelineTask}/{e.Key}", e.Value)))
            .DistinctBy(static e => e.Key),
    ];

    public static PipelineChildren Find(TektonRun run, ChildRuns available, DateTimeOffset now)
    {
        var children = new PipelineChildren(available, now);
        children.Visit(run, prefix: "", MaximumDepth);
        children.missing.Sort(StringComparer.Ordinal);
        return children;
    }

    private void Visit(TektonRun run, string prefix, int depthLeft)
    {
        var found = new List<TektonChild>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        ReadEmbedded(run, prefix, found, seen);
        foreach (var document in available.Of(run.Identity.Uid, run.Identity.Namespace, run.Identity.Name))
        {
            ReadDocument(document, prefix, depthLeft, found, seen);
        }

        var order = TaskOrder(run);
        taskRuns.AddRange(found.OrderBy(c => order.GetValueOrDefault(c.PipelineTask[prefix.Length..], int.MaxValue)).ThenBy(static c => c.Name, StringComparer.Ordinal));
        foreach (var reference in run.Status.Items("childReferences"u8))
        {
            string name = reference.Text("name"u8) ?? "";
            if (!seen.Contains(name))
            {
                missing.Add($"{reference.Text("kind"u8) ?? "TaskRun"} {name}");
            }
        }
    }

    private void ReadDocument(RunDocument document, string prefix, int depthLeft, List<TektonChild> found, HashSet<string> seen)
    {
        var metadata = document.Root.Member("metadata"u8);
        string name = metadata.Text("name"u8) ?? "";
        string task = metadata.Member("labels"u8).Text("tekton.dev/pipelineTask"u8) ?? name;
        if (document.Kind is TaskRunKind.Kind)
        {
            if (seen.Add(name))
            {
                found.Add(new TektonChild(name, prefix + task, document.Root, document.Root.Member("status"u8)));
            }
        }
        else if (document.Kind is PipelineRunKind.Kind && depthLeft > 0 && seen.Add(name))
        {
            Visit(new TektonRun(document, PipelineRunKind.Kind, now), $"{prefix}{task}/", depthLeft - 1);
        }
    }

    /// <summary>Before minimal status, Tekton kept the children's status within the PipelineRun: <c>status.taskRuns</c>, a map by name.</summary>
    private static void ReadEmbedded(TektonRun run, string prefix, List<TektonChild> found, HashSet<string> seen)
    {
        foreach (var taskRun in run.Status.Members("taskRuns"u8))
        {
            if (taskRun.Value.Member("status"u8).ValueKind is JsonValueKind.Object && seen.Add(taskRun.Name))
            {
                string task = taskRun.Value.Text("pipelineTaskName"u8) ?? taskRun.Name;
                found.Add(new TektonChild(taskRun.Name, prefix + task, default, taskRun.Value.Member("status"u8)));
            }
        }
    }

    private static Dictionary<string, int> TaskOrder(TektonRun run)
    {
        var spec = run.Status.Member("pipelineSpec"u8) is { ValueKind: JsonValueKind.Object } resolved ? resolved : run.Spec.Member("pipelineSpec"u8);
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var task in spec.Items("tasks"u8).Concat(spec.Items("finally"u8)))
        {
            order.TryAdd(task.Text("name"u8) ?? "", order.Count);
        }

        return order;
    }
}
