using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// Collects runs for those who migrate from Tekton Chains: what its format slsa/v2alpha4 would have said, guesses from result names
/// included. The only place where hints are read, and every run so collected says so.
/// </summary>
internal static class ChainsRuns
{
    private const int MaximumHintsShown = 10;

    public static CollectedRun CollectTaskRun(TektonRun run) => Collect(run, ChainsLayout.OfTaskRun(run), missing: []);

    public static CollectedRun CollectPipelineRun(TektonRun run, PipelineChildren children, bool deepInspection)
    {
        // Chains reads the TaskRuns themselves: what is merely embedded in the PipelineRun does not count.
        var missing = children.Missing.Concat(children.TaskRuns.Where(static c => !c.Root.Exists()).Select(static c => $"TaskRun {c.Name}")).Order(StringComparer.Ordinal).ToList();
        foreach (string child in missing)
        {
            run.Report(RunProblemCodes.ChildMissing, $"its child {child} is not at hand; what it used and made is not in the attestation.");
        }

        foreach (var nested in children.TaskRuns.Where(static c => c.PipelineTask.Contains('/', StringComparison.Ordinal)))
        {
            run.Report(RunProblemCodes.ChildKind, $"the TaskRun {nested.Name} of its child pipeline ({nested.PipelineTask}) is left out, as Chains' layout has no child pipelines. Attest the child itself.");
        }

        return Collect(run, ChainsLayout.OfPipelineRun(run, Executed(run, children.TaskRuns), deepInspection), missing);
    }

    /// <summary>
    /// The TaskRuns that are over, task by task in the order of the resolved pipeline, then as the PipelineRun refers to them; those that
    /// name no task of the pipeline are left out, as Chains does.
    /// </summary>
    public static List<TektonChild> Executed(TektonRun run, IReadOnlyList<TektonChild> taskRuns)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var reference in run.Status.Items("childReferences"u8))
        {
            positions.TryAdd(reference.Text("name"u8) ?? "", positions.Count);
        }

        var byTask = taskRuns
            .Where(static c => c.Status.Time("completionTime"u8) is not null)
            .OrderBy(c => positions.GetValueOrDefault(c.Name, int.MaxValue))
            .ToLookup(static c => c.Root.Member("metadata"u8).Member("labels"u8).Text("tekton.dev/pipelineTask"u8) ?? "", StringComparer.Ordinal);
        var pipeline = run.Status.Member("pipelineSpec"u8);
        return [.. pipeline.Items("tasks"u8).Concat(pipeline.Items("finally"u8)).SelectMany(t => t.Text("name"u8) is { Length: > 0 } name ? byTask[name] : [])];
    }

    /// <summary>The run with its layout, or the reason why there is nothing to attest.</summary>
    public static CollectedRun Collect(TektonRun run, ChainsLayout layout, List<string> missing)
    {
        var subjects = layout.Predicate.Subjects;
        if (subjects.Count is 0 or > Statement.MaximumSubjects)
        {
            run.Report(
                subjects.Count is 0 ? RunProblemCodes.NoSubject : RunProblemCodes.TooManySubjects,
                subjects.Count is 0
                    ? "no result name gives a subject, and recorded artifacts are not read with --build-type chains. Chains would sign a statement about nothing; none is made here."
                    : $"its results give {subjects.Count} subjects, more than {Statement.MaximumSubjects}. Split the run.");
            return run.Result(null, missing.Count > 0);
        }

        string hints = string.Join(", ", layout.Hints.Take(MaximumHintsShown).Select(ChainsHints.Show));
        string more = layout.Hints.Count > MaximumHintsShown ? $" and {layout.Hints.Count - MaximumHintsShown} more" : "";
        run.Report(
            RunProblemCodes.TypeHintsUsed,
            $"its subjects were taken from the names of results ({hints}{more}), which prove nothing. Record the artifacts, then drop --build-type chains.");
        if (run.Outcome.State is not RunState.Succeeded)
        {
            run.Report(RunProblemCodes.NotSucceeded, $"it ended as {run.Outcome.StateName} and is attested on demand; Chains' layout has no place to say so.");
        }

        return run.Result(
            new CompletedRun
            {
                Identity = run.Identity,
                Outcome = run.Outcome,
                StartedOn = run.Status.Time("startTime"u8),
                FinishedOn = run.Status.Time("completionTime"u8),
                BuildType = ChainsLayout.BuildType,
                MissingChildren = missing,
                Layout = layout.Predicate,
            },
            missing.Count > 0);
    }
}
