using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>Reads the artifacts that steps recorded: <c>steps[].inputs</c>, <c>steps[].outputs</c> and <c>status.artifacts</c>.</summary>
internal sealed class TektonArtifacts(Action<string, string> report)
{
    private readonly ArtifactRecords records = new(report);

    public IReadOnlyList<RecordedArtifact> Artifacts => records.Artifacts;

    /// <summary>Reads a TaskRun's status: step by step, then what was recorded for the whole task.</summary>
    public void Read(JsonElement status, string owner)
    {
        foreach (var step in status.Items("steps"u8))
        {
            if (step.Member("inputs"u8).Exists() || step.Member("outputs"u8).Exists())
            {
                records.Read(step, $"{owner}step {step.Text("name"u8) ?? "(unnamed)"}");
            }
        }

        // Tekton merges the steps' records into status.artifacts.
        records.ReadRepetition(status.Member("artifacts"u8), owner + "status.artifacts");
    }
}
