using System.Text.Json;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>A TaskRun of a PipelineRun, from a document of its own or embedded in the old form of the PipelineRun's status.</summary>
/// <param name="Name">The TaskRun's name.</param>
/// <param name="PipelineTask">The name of the task in the pipeline.</param>
/// <param name="Root">The whole object; undefined where only the status is embedded.</param>
/// <param name="Status">Its status.</param>
internal sealed record TektonChild(string Name, string PipelineTask, JsonElement Root, JsonElement Status);
