using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;
using Provenance.Watcher.Runs.Tekton.Chains;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton;

/// <summary>Tekton PipelineRuns, v1 and v1beta1: what their TaskRuns recorded, together.</summary>
internal sealed class PipelineRunKind(TimeProvider time) : IRunKind
{
    public const string Kind = TektonRun.PipelineRun;

    public string Platform => TektonRun.Platform;

    public IReadOnlyList<RunResource> Resources { get; } = [TektonRun.Resource("pipelineruns", Kind)];

    public bool MayFailForNow => true;

    public bool MayBeOver(ref readonly ObjectHead head) => TektonCondition.MayBeOver(in head);

    public bool Recognises(RunDocument document) => TektonRun.Is(document, Kind, "pipelineRef"u8, "pipelineSpec"u8);

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var run = new TektonRun(document, Kind, time.GetUtcNow());
        if (run.FindObstacle(options) is { } obstacle)
        {
            run.Problems.Add(obstacle);
            return run.Result(null);
        }

        var tree = PipelineChildren.Find(run, children, time.GetUtcNow());
        if (options.BuildType is BuildTypeOption.Chains)
        {
            return ChainsRuns.CollectPipelineRun(run, tree, options.ChainsDeepInspection);
        }

        var materials = new List<ResourceDescriptor>();
        var artifacts = new TektonArtifacts(run.Report);
        foreach (var child in tree.TaskRuns)
        {
            string place = $"task {child.PipelineTask}: ";
            TektonImages.Read(child.Status, $"tasks/{child.PipelineTask}/", place, materials, run.Report);
            artifacts.Read(child.Status, place);
            ReadTaskDefinition(run, child, materials);
        }

        foreach (var child in tree.CustomRuns)
        {
            artifacts.Read(child.Status, $"custom task {child.PipelineTask}: ");
        }

        foreach (string missing in tree.Missing)
        {
            run.Report(RunProblemCodes.ChildMissing, $"its child {missing} is not at hand; what it recorded is not in the attestation, which says so.");
        }

        var parameters = run.ReadParameters();
        var results = new List<NamedValue>();
        run.ReadResults(results, "pipelineResults"u8);
        if (!run.HasSubjects(artifacts.Artifacts, parameters, [.. results, .. ReadChildResults(tree)]))
        {
            return run.Result(null, tree.AwaitsChildren);
        }

        var completed = new CompletedRun
        {
            Identity = run.Identity,
            Outcome = run.Outcome with { ExitCodes = tree.ExitCodes },
            StartedOn = run.Status.Time("startTime"u8),
            FinishedOn = TektonCondition.ReadEnd(run.Status),
            BuildType = TaskRunKind.BuildType,
            Definition = run.ReadDefinition("pipelineRef"u8, "pipelineSpec"u8),
            Parameters = parameters,
            Settings = run.ReadSettings(),
            Environment = run.ReadEnvironment(),
            Materials = materials,
            Artifacts = ArtifactRecords.WithoutInternalInputs(artifacts.Artifacts),
            Results = results,
            MissingChildren = tree.Missing,
        };
        return run.Result(completed, tree.AwaitsChildren);
    }

    /// <summary>What the tasks' results are called, so that a hint among them is reported with its task.</summary>
    private static List<NamedValue> ReadChildResults(PipelineChildren tree)
    {
        var results = new List<NamedValue>();
        foreach (var child in tree.TaskRuns)
        {
            TektonRun.ReadResults(results, child.Status.Items("results"u8), $"tasks/{child.PipelineTask}/");
        }

        return results;
    }

    private static void ReadTaskDefinition(TektonRun run, TektonChild child, List<ResourceDescriptor> materials)
    {
        var source = child.Status.Member("provenance"u8).Member("refSource"u8);
        if (source.Text("uri"u8) is not { Length: > 0 } uri)
        {
            return;
        }

        if (ArtifactRecords.TryReadDigest(source.Member("digest"u8), out var digest, out string? problem))
        {
            materials.Add(new ResourceDescriptor { Name = $"tasks/{child.PipelineTask}/definition", Uri = uri, Digest = digest });
        }
        else
        {
            run.Report(RunProblemCodes.DefinitionDigest, $"task {child.PipelineTask}: its definition {uri} cannot be pinned: {problem}.");
        }
    }
}
