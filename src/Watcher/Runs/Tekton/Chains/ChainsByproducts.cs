using System.Text.Json;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>The results that are no subjects, each with its JSON as content. A hint that came to nothing is left out, as in Chains.</summary>
internal static class ChainsByproducts
{
    /// <summary>A TaskRun's results, then its steps'.</summary>
    public static void AddTaskRun(List<ResourceDescriptor> byproducts, string name, JsonElement status)
    {
        Add(byproducts, $"taskRunResults/{name}/", ChainsResult.ReadAll(status));
        foreach (var step in status.Items("steps"u8))
        {
            Add(byproducts, $"stepResults/{name}/", ChainsResult.ReadAll(step));
        }
    }

    public static void Add(List<ResourceDescriptor> byproducts, string prefix, List<ChainsResult> results)
    {
        foreach (var result in results)
        {
            if (!ChainsHints.IsBuildArtifact(result) && !ChainsHints.IsImage(result))
            {
                byproducts.Add(new ResourceDescriptor { Name = prefix + result.Name, Content = result.ToJson(), MediaType = "application/json" });
            }
        }
    }
}
