using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>
/// Reads what the nodes of a Workflow recorded. Argo itself records where an output artifact was put and never what it is, so that only
/// what a step wrote into its output parameter <see cref="Parameter"/> has a digest.
/// </summary>
internal sealed class WorkflowArtifacts(Action<string, string> report)
{
    /// <summary>The output parameter that holds a record.</summary>
    public const string Parameter = "provenance-artifacts";

    /// <summary>What to tell the owner of a run that recorded nothing.</summary>
    public const string Advice =
        "Let a step write {\"outputs\": [{\"name\": \"image\", \"buildOutput\": true, \"values\": [{\"uri\": \"...\", \"digest\": {\"sha256\": \"...\"}}]}]} to an output parameter called provenance-artifacts.";

    /// <summary>How many memoized nodes a statement lists.</summary>
    private const int MostMemoizations = 1000;

    private readonly ArtifactRecords records = new(report);
    private readonly ArtifactRecords reused = new(report);
    private readonly Dictionary<string, NamedValue> memoizations = new(StringComparer.Ordinal);

    /// <summary>What was recorded. What an earlier run made, and this one took over, is an input of this one.</summary>
    public IEnumerable<RecordedArtifact> Artifacts => records.Artifacts.Concat(reused.Artifacts.Select(static a => a with { Role = ArtifactRole.Input }));

    /// <summary>The nodes whose outputs were taken from an earlier run, as <c>memoized/node</c>, with Argo's account of where; at most a thousand.</summary>
    public IEnumerable<NamedValue> Memoizations => memoizations.Values;

    /// <summary>Reads the record of a node, if it has one.</summary>
    public void Read(WorkflowNode node)
    {
        if (!node.IsProducer)
        {
            return;
        }

        if (node.IsMemoized && memoizations.Count < MostMemoizations)
        {
            memoizations.TryAdd(node.Label, new NamedValue("memoized/" + node.Label, node.Memoization));
        }

        foreach (var parameter in node.Outputs.Items("parameters"u8))
        {
            if (parameter.Is("name"u8, "provenance-artifacts"u8))
            {
                ReadRecord(node, parameter.Member("value"u8));
            }
        }
    }

    private void ReadRecord(WorkflowNode node, JsonElement value)
    {
        string place = $"node {node.Label}";
        if (!(value.ValueKind is JsonValueKind.String && EmbeddedJson.TryRead(value.GetString()!, out var record)) || !(record.Member("inputs"u8).Exists() || record.Member("outputs"u8).Exists()))
        {
            report(RunProblemCodes.ArtifactRecord, $"{place}: its output parameter {Parameter} is no JSON object with \"inputs\", \"outputs\" or both, of at most 1 MiB.");
        }
        else if (node.IsMemoized)
        {
            reused.Read(record, place);
        }
        else if (node.HasSucceeded)
        {
            records.Read(record, place);
        }
        else
        {
            // Another attempt may have made up for it, and what it left behind may be half finished.
            report(RunProblemCodes.ArtifactRecord, $"{place}: it did not succeed; what it recorded is not read.");
        }
    }
}
