using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>The runs below a PipelineRun, those of nested PipelineRuns included, and the children whose records cannot be read.</summary>
internal sealed class PipelineChildren
{
    private const int MaximumDepth = 8;

    private readonly ChildRuns available;
    private readonly DateTimeOffset now;
    private readonly List<TektonChild> taskRuns = [];
    private readonly List<TektonChild> customRuns = [];
    private readonly List<string> missing = [];

    private PipelineChildren(ChildRuns available, DateTimeOffset now)
    {
        this.available = available;
        this.now = now;
    }

    /// <summary>The TaskRuns, in the order of the pipeline's tasks, then of its finally tasks, then by name.</summary>
    public IReadOnlyList<TektonChild> TaskRuns => taskRuns;

    /// <summary>The CustomRuns that are at hand and over: they ran no image of their own, and may have recorded artifacts.</summary>
    public IReadOnlyList<TektonChild> CustomRuns => customRuns;

    /// <summary>Children whose records cannot be read, as <c>Kind name</c>, sorted.</summary>
    public IReadOnlyList<string> Missing => missing;

    /// <summary>Whether one of them may still turn up: a run whose records this reads, rather than one that records nothing.</summary>
    public bool AwaitsChildren => missing.Exists(static m => m.StartsWith(TektonRun.TaskRun + " ", StringComparison.Ordinal) || m.StartsWith(TektonRun.PipelineRun + " ", StringComparison.Ordinal));

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
        children.customRuns.Sort(static (a, b) => string.CompareOrdinal(a.PipelineTask + "/" + a.Name, b.PipelineTask + "/" + b.Name));
        return children;
    }

    private void Visit(TektonRun run, string prefix, int depthLeft)
    {
        var found = new List<TektonChild>();
        var seen = new HashSet<(string Kind, string Name)>();
        var references = run.Status.Items("childReferences"u8).Select(static r => (Kind: r.Text("kind"u8) ?? TektonRun.TaskRun, Name: r.Text("name"u8) ?? "")).ToHashSet();
        foreach (var document in available.Of(run.Identity.Uid, run.Identity.Namespace, run.Identity.Name))
        {
            // Anyone in the namespace may name an owner: where the controller lists the children, only those count.
            if (references.Count is 0 || references.Contains((document.Kind, NameOf(document))))
            {
                ReadDocument(document, prefix, depthLeft, found, seen);
            }
        }

        // A child's own document says more than what was embedded of it, so it goes first.
        ReadEmbedded(run, prefix, found, seen);
        var order = TaskOrder(run);
        taskRuns.AddRange(found.OrderBy(c => order.GetValueOrDefault(c.PipelineTask[prefix.Length..], int.MaxValue)).ThenBy(static c => c.Name, StringComparer.Ordinal));
        missing.AddRange(references.Where(r => !seen.Contains(r)).Select(static r => $"{r.Kind} {r.Name}"));
    }

    private void ReadDocument(RunDocument document, string prefix, int depthLeft, List<TektonChild> found, HashSet<(string Kind, string Name)> seen)
    {
        string name = NameOf(document);
        string task = document.Root.Member("metadata"u8).Member("labels"u8).Text("tekton.dev/pipelineTask"u8) ?? name;
        var status = document.Root.Member("status"u8);
        switch (document.Kind)
        {
            // A child that is not over is an old state of it: its pipeline is.
            case TektonRun.TaskRun when TektonCondition.Read(status, now).State is not RunState.NotDone && seen.Add((document.Kind, name)):
                found.Add(new TektonChild(name, prefix + task, document.Root, status));
                break;
            case TektonRun.CustomRun or TektonRun.OldCustomRun when TektonCondition.ReadCustom(status).State is not RunState.NotDone && seen.Add((document.Kind, name)):
                customRuns.Add(new TektonChild(name, prefix + task, document.Root, status));
                break;
            case TektonRun.PipelineRun when depthLeft > 0 && TektonCondition.Read(status, now).State is not RunState.NotDone && seen.Add((document.Kind, name)):
                Visit(new TektonRun(document, TektonRun.PipelineRun, now), $"{prefix}{task}/", depthLeft - 1);
                break;
        }
    }

    /// <summary>Before minimal status, Tekton kept the children's status within the PipelineRun: <c>status.taskRuns</c>, a map by name.</summary>
    private static void ReadEmbedded(TektonRun run, string prefix, List<TektonChild> found, HashSet<(string Kind, string Name)> seen)
    {
        foreach (var taskRun in run.Status.Members("taskRuns"u8))
        {
            if (taskRun.Value.Member("status"u8).ValueKind is JsonValueKind.Object && seen.Add((TektonRun.TaskRun, taskRun.Name)))
            {
                string task = taskRun.Value.Text("pipelineTaskName"u8) ?? taskRun.Name;
                found.Add(new TektonChild(taskRun.Name, prefix + task, default, taskRun.Value.Member("status"u8)));
            }
        }
    }

    private static string NameOf(RunDocument document) => document.Root.Member("metadata"u8).Text("name"u8) ?? "";

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
