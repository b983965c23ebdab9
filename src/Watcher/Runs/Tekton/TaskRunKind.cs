using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Tekton.Chains;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton;

/// <summary>Tekton TaskRuns, v1 and v1beta1.</summary>
internal sealed class TaskRunKind(TimeProvider time) : IRunKind
{
    /// <summary>The build type of TaskRuns and PipelineRuns: docs/buildtypes/tekton-v1.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/tekton/v1";

    public const string Kind = TektonRun.TaskRun;

    public string Platform => TektonRun.Platform;

    public IReadOnlyList<RunResource> Resources { get; } = [TektonRun.Resource("taskruns", Kind)];

    public bool MayFailForNow => true;

    public bool MayBeOver(ref readonly ObjectHead head) => TektonCondition.MayBeOver(in head);

    public bool Recognises(RunDocument document) => TektonRun.Is(document, Kind, "taskRef"u8, "taskSpec"u8);

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var run = new TektonRun(document, Kind, time.GetUtcNow());
        if (run.FindObstacle(options) is { } obstacle)
        {
            run.Problems.Add(obstacle);
            return run.Result(null);
        }

        if (options.BuildType is BuildTypeOption.Chains)
        {
            return ChainsRuns.CollectTaskRun(run);
        }

        var materials = new List<ResourceDescriptor>();
        TektonImages.Read(run.Status, "", "", materials, run.Report);
        var artifacts = new TektonArtifacts(run.Report);
        artifacts.Read(run.Status, "");
        var parameters = run.ReadParameters();
        var results = new List<NamedValue>();
        ReadResults(run, results);
        if (!run.HasSubjects(artifacts.Artifacts, parameters, results))
        {
            return run.Result(null);
        }

        return run.Result(new CompletedRun
        {
            Identity = run.Identity,
            Outcome = run.Outcome,
            StartedOn = run.Status.Time("startTime"u8),
            FinishedOn = TektonCondition.ReadEnd(run.Status),
            BuildType = BuildType,
            Definition = run.ReadDefinition("taskRef"u8, "taskSpec"u8),
            Parameters = parameters,
            Settings = run.ReadSettings(),
            Environment = run.ReadEnvironment(),
            Materials = materials,
            Artifacts = artifacts.Artifacts,
            Results = results,
        });
    }

    private static void ReadResults(TektonRun run, List<NamedValue> results)
    {
        run.ReadResults(results, "taskResults"u8);
        foreach (var step in run.Status.Items("steps"u8))
        {
            if (step.Member("results"u8).Exists())
            {
                TektonRun.ReadResults(results, step.Items("results"u8), $"steps/{step.Text("name"u8)}/");
            }
        }
    }
}
