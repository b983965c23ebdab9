using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton;

/// <summary>
/// Tekton CustomRuns (v1beta1) and their forerunner Run (v1alpha1). Custom tasks record nothing by themselves; one whose controller writes
/// <c>status.artifacts</c> as Tekton does is read.
/// </summary>
internal sealed class CustomRunKind(TimeProvider time) : IRunKind
{
    public string Platform => TektonRun.Platform;

    public IReadOnlyList<RunResource> Resources { get; } =
    [
        new() { Group = "tekton.dev", Versions = ["v1beta1"], Plural = "customruns", Kind = TektonRun.CustomRun },
        new() { Group = "tekton.dev", Versions = ["v1alpha1"], Plural = "runs", Kind = TektonRun.OldCustomRun },
    ];

    public bool MayFailForNow => true;

    public bool MayBeOver(ref readonly ObjectHead head) => TektonCondition.MayBeOver(in head);

    public bool Recognises(RunDocument document) => Resources.Any(r => r.Serves(document));

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var run = new TektonRun(document, document.Kind, time.GetUtcNow());
        if (run.FindObstacle(options) is { } obstacle)
        {
            run.Problems.Add(obstacle);
            return run.Result(null);
        }

        var artifacts = new TektonArtifacts(run.Report);
        artifacts.Read(run.Status, "");
        var parameters = run.ReadParameters();
        var results = new List<NamedValue>();
        run.ReadResults(results, "results"u8);
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
            BuildType = TaskRunKind.BuildType,
            Definition = document.Kind is TektonRun.CustomRun ? run.ReadDefinition("customRef"u8, "customSpec"u8) : run.ReadDefinition("ref"u8, "spec"u8),
            Parameters = parameters,
            Settings = run.ReadSettings(),
            Environment = run.ReadEnvironment(),
            Artifacts = artifacts.Artifacts,
            Results = results,
        });
    }
}
