using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;

namespace Provenance.Watcher.Runs.Jobs;

/// <summary>The definition that a Job's <c>spec.template</c> is: SHA-256 of its canonical JSON.</summary>
internal static class PodTemplate
{
    /// <summary>The labels that the API server writes into the template; with them, no two Jobs would have one definition.</summary>
    private static readonly string[] GeneratedLabels = ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];

    /// <summary>The definition; null where there is no template.</summary>
    public static RunDefinition? Read(JsonElement template)
    {
        if (template.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var written = JsonNode.Parse(template.GetRawText())!.AsObject();
        if (written["metadata"] is JsonObject metadata)
        {
            if (metadata["labels"] is JsonObject labels)
            {
                foreach (string label in GeneratedLabels)
                {
                    labels.Remove(label);
                }

                RemoveIfEmpty(metadata, "labels", labels);
            }

            if (metadata.TryGetPropertyValue("creationTimestamp", out var created) && created is null)
            {
                metadata.Remove("creationTimestamp");
            }

            RemoveIfEmpty(written, "metadata", metadata);
        }

        using var document = JsonDocument.Parse(written.ToJsonString());
        return new RunDefinition { Digest = DigestSet.Of(CanonicalJson.DigestOf(document.RootElement)) };
    }

    private static void RemoveIfEmpty(JsonObject owner, string name, JsonObject member)
    {
        if (member.Count is 0)
        {
            owner.Remove(name);
        }
    }
}
