using System.Globalization;
using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>One entry of <c>status.nodes</c>: a Pod, a step within one, or one of the steps, graphs and retries that hold them together.</summary>
internal sealed class WorkflowNode
{
    private readonly JsonElement root;

    public WorkflowNode(string key, JsonElement root, string workflow)
    {
        this.root = root;
        Id = root.Text("id"u8) is { Length: > 0 } id ? id : key;
        Name = root.Text("name"u8) is { Length: > 0 } name ? name : Id;
        Template = root.Text("templateName"u8) is { Length: > 0 } local ? local : root.Member("templateRef"u8).Text("template"u8) ?? "";
        Label = LabelOf(workflow);
        StartedAt = root.Time("startedAt"u8);
        Outputs = root.Member("outputs"u8);
        Memoization = root.Member("memoizationStatus"u8);
    }

    public string Id { get; }

    public string Name { get; }

    /// <summary>The name of the template that it ran; empty where it has none.</summary>
    public string Template { get; }

    /// <summary>The name without that of the Workflow, so that it is the same in every run: <c>build</c>, <c>[0].build</c>, <c>build(1)</c>.</summary>
    public string Label { get; }

    public DateTimeOffset? StartedAt { get; }

    public JsonElement Outputs { get; }

    /// <summary>Whether and where Argo looked for the outputs of an earlier run.</summary>
    public JsonElement Memoization { get; }

    /// <summary>Whether it was not run, as its outputs were taken from an earlier run.</summary>
    public bool IsMemoized => Memoization.IsTrue("hit"u8);

    /// <summary>Whether it has a Pod of its own that was started.</summary>
    public bool RanInPod => root.Is("type"u8, "Pod"u8) && !IsMemoized && !WasPassedOver && !root.Is("phase"u8, "Pending"u8);

    /// <summary>Whether its outputs are its own, and not copies of those of the nodes below it or of another run.</summary>
    public bool IsProducer => (root.Is("type"u8, "Pod"u8) || root.Is("type"u8, "Container"u8) || root.Is("type"u8, "Plugin"u8)) && !WasPassedOver;

    public bool HasSucceeded => root.Is("phase"u8, "Succeeded"u8);

    /// <summary>Whether it was never run; such nodes may carry outputs of an earlier run all the same.</summary>
    private bool WasPassedOver => root.Is("type"u8, "Skipped"u8) || root.Is("phase"u8, "Skipped"u8) || root.Is("phase"u8, "Omitted"u8);

    /// <summary>The code with which its main container ended; null where that is not known.</summary>
    public int? ExitCode =>
        Outputs.Text("exitCode"u8) is { } text && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code) ? code : null;

    private string LabelOf(string workflow)
    {
        if (workflow.Length is 0 || !Name.StartsWith(workflow, StringComparison.Ordinal))
        {
            return Name;
        }

        string rest = Name[workflow.Length..];
        return rest.Length is 0 ? (Template.Length > 0 ? Template : Name)
            : rest[0] is '.' && rest.Length > 1 ? rest[1..]
            : rest[0] is '[' or '(' ? rest
            : Name;
    }
}
