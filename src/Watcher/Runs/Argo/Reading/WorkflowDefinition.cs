using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>What a Workflow was told to run, by whom, and where it belongs.</summary>
internal static class WorkflowDefinition
{
    private static readonly KeyValuePair<string, string>[] ObservedByControlPlane = [new("observedBy", "controlPlane")];

    /// <summary>Labels and annotations that say where the Workflow comes from, by the name that the statement gives them.</summary>
    private static readonly (string Name, string Key)[] Origins =
    [
        ("cronWorkflow", "workflows.argoproj.io/cron-workflow"),
        ("kfpRunId", "pipeline/runid"),
        ("kfpRunName", "pipelines.kubeflow.org/run_name"),
        ("kfpSdkVersion", "pipelines.kubeflow.org/kfp_sdk_version"),
        ("resubmittedFrom", "workflows.argoproj.io/resubmitted-from-workflow"),
        ("scheduledWorkflow", "scheduledworkflows.kubeflow.org/scheduledWorkflowName"),
    ];

    /// <summary>The definition as it was resolved: what Argo stored of it, as templates are mutable names, else what stands in the Workflow itself.</summary>
    public static RunDefinition? Read(JsonElement spec, JsonElement status)
    {
        var stored = status.Member("storedWorkflowTemplateSpec"u8);
        var resolved = stored.ValueKind is JsonValueKind.Object ? stored : spec;
        return resolved.ValueKind is not JsonValueKind.Object ? null : new RunDefinition
        {
            Digest = DigestSet.Of(CanonicalJson.DigestOf(resolved)),
            EntryPoint = spec.Text("entrypoint"u8) is { Length: > 0 } given ? given : resolved.Text("entrypoint"u8),
            Reference = spec.Member("workflowTemplateRef"u8) is { ValueKind: JsonValueKind.Object } reference ? reference : null,
        };
    }

    /// <summary>The templates of other objects that steps referred to, as they were when they ran.</summary>
    public static IEnumerable<ResourceDescriptor> ReadTemplates(JsonElement status) =>
        status.Members("storedTemplates"u8).OrderBy(static t => t.Name, StringComparer.Ordinal).Select(static t => new ResourceDescriptor
        {
            Name = "templates/" + t.Name,
            Digest = DigestSet.Of(CanonicalJson.DigestOf(t.Value)),
            Annotations = ObservedByControlPlane,
        });

    /// <summary>The parameters as the Workflow's creator gave them; defaults belong to the definition.</summary>
    public static List<NamedValue> ReadParameters(JsonElement spec) => ReadValues(spec.Member("arguments"u8), static _ => true);

    /// <summary>The outputs that the Workflow gave a global name.</summary>
    public static List<NamedValue> ReadResults(JsonElement status) => ReadValues(status.Member("outputs"u8), static name => name is not WorkflowArtifacts.Parameter);

    /// <summary>Everything else that the creator chose, except what is part of the definition.</summary>
    public static List<NamedValue> ReadSettings(JsonElement spec)
    {
        var settings = new List<NamedValue>();
        foreach (var member in spec.ValueKind is JsonValueKind.Object ? spec.EnumerateObject() : default)
        {
            if (member.NameEquals("arguments"u8))
            {
                if (member.Value.Member("artifacts"u8) is { ValueKind: JsonValueKind.Array } artifacts && artifacts.GetArrayLength() > 0)
                {
                    settings.Add(new NamedValue("artifacts", artifacts));
                }
            }
            else if (member.Value.Exists() && member.Name is not ("templates" or "entrypoint" or "workflowTemplateRef" or "shutdown" or "suspend"))
            {
                settings.Add(new NamedValue(member.Name, member.Value));
            }
        }

        return settings;
    }

    /// <summary>Where the Workflow comes from. A run of Kubeflow Pipelines v1 is a Workflow with a few labels and annotations more.</summary>
    public static List<NamedValue> ReadEnvironment(JsonElement metadata)
    {
        var environment = new List<NamedValue>();
        foreach (var (name, key) in Origins)
        {
            foreach (var facts in new[] { metadata.Member("labels"u8), metadata.Member("annotations"u8) })
            {
                if (facts.ValueKind is JsonValueKind.Object && facts.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String && environment.TrueForAll(e => e.Name != name))
                {
                    environment.Add(new NamedValue(name, value));
                }
            }
        }

        if (metadata.Member("annotations"u8).Text("pipelines.kubeflow.org/pipeline_spec"u8) is { } pipeline
            && EmbeddedJson.TryRead(pipeline, out var description) && description.Member("name"u8) is { ValueKind: JsonValueKind.String } pipelineName)
        {
            environment.Add(new NamedValue("kfpPipeline", pipelineName));
        }

        return environment;
    }

    private static List<NamedValue> ReadValues(JsonElement owner, Func<string, bool> isWanted)
    {
        var values = new List<NamedValue>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in owner.Items("parameters"u8))
        {
            if (parameter.Text("name"u8) is { Length: > 0 } name && isWanted(name) && parameter.Member("value"u8).Exists() && names.Add(name))
            {
                values.Add(new NamedValue(name, parameter.Member("value"u8)));
            }
        }

        return values;
    }
}
