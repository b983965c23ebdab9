using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// The predicate's parts as Chains' format <c>slsa/v2alpha4</c> has them for the build type <c>slsa</c>: docs/chains-compatibility.md.
/// </summary>
/// <param name="Predicate">The parts; the list of subjects may be empty.</param>
/// <param name="Hints">The results from whose names the subjects were guessed.</param>
internal sealed record ChainsLayout(PredicateLayout Predicate, IReadOnlyList<string> Hints)
{
    public const string BuildType = "https://tekton.dev/chains/v2/slsa";

    public static ChainsLayout OfTaskRun(TektonRun run)
    {
        var subjects = new ChainsSubjects(run.Report);
        subjects.ReadTaskRun(run.Status, "");
        var dependencies = new ChainsDependencies(run.Report);
        dependencies.ReadTaskRun(run.Spec, run.Status);
        var byproducts = new List<ResourceDescriptor>();
        ChainsByproducts.AddTaskRun(byproducts, run.Identity.Name, run.Status);
        return Of(run, isTaskRun: true, subjects, dependencies, byproducts);
    }

    /// <summary>A PipelineRun with the TaskRuns that belong to it, in order; with deep inspection their results are read too.</summary>
    public static ChainsLayout OfPipelineRun(TektonRun run, IReadOnlyList<TektonChild> children, bool deepInspection)
    {
        var results = ChainsResult.ReadAll(run.Status);
        var subjects = new ChainsSubjects(run.Report);
        subjects.Read(results, "");
        var dependencies = new ChainsDependencies(run.Report);
        dependencies.ReadPipelineRun(run, children, deepInspection);
        var byproducts = new List<ResourceDescriptor>();
        ChainsByproducts.Add(byproducts, $"pipelineRunResults/{run.Identity.Name}/", results);
        foreach (var child in deepInspection ? children : [])
        {
            subjects.ReadTaskRun(child.Status, $"task {child.PipelineTask}: ");
            ChainsByproducts.AddTaskRun(byproducts, child.Name, child.Status);
        }

        return Of(run, isTaskRun: false, subjects, dependencies, byproducts);
    }

    private static ChainsLayout Of(TektonRun run, bool isTaskRun, ChainsSubjects subjects, ChainsDependencies dependencies, List<ResourceDescriptor> byproducts)
    {
        var layout = new PredicateLayout
        {
            BuildType = BuildType,
            Subjects = subjects.Subjects,
            WriteExternalParameters = writer => ChainsParameters.WriteExternal(writer, run, isTaskRun ? "taskRef"u8 : "pipelineRef"u8),
            WriteInternalParameters = writer => ChainsParameters.WriteInternal(writer, run.Status),
            WriteResolvedDependencies = dependencies.All.Count is 0 ? null : writer =>
            {
                writer.WriteStartArray();
                foreach (var dependency in dependencies.All)
                {
                    dependency.Write(writer);
                }

                writer.WriteEndArray();
            },
            Byproducts = byproducts,
            InvocationId = run.Identity.Uid,
        };
        return new ChainsLayout(layout, subjects.Hints);
    }
}
