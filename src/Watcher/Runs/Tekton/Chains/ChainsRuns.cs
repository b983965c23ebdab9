namespace Provenance.Watcher.Runs.Tekton.Chains;

internal static class ChainsRuns
{
    public static CollectedRun CollectTaskRun(TektonRun run) => run.Result(null);

    public static CollectedRun CollectPipelineRun(TektonRun run, PipelineChildren children, bool deepInspection) => run.Result(null, children.Missing.Count > 0 && deepInspection);
}
