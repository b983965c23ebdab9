using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>Gathers resolved dependencies in the order of Chains, each once by URI and digest, and reports those that nothing pins.</summary>
internal sealed class ChainsDependencies(Action<string, string> report)
{
    private readonly List<ChainsDependency> dependencies = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public IReadOnlyList<ChainsDependency> All => dependencies;

    /// <summary>The digests of a definition's origin as they were recorded, sorted by algorithm.</summary>
    public static List<KeyValuePair<string, string>> ReadDigest(JsonElement source) =>
    [
        .. source.Members("digest"u8)
            .Where(static d => d.Value.ValueKind is JsonValueKind.String)
            .Select(static d => new KeyValuePair<string, string>(d.Name, d.Value.GetString()!))
            .OrderBy(static d => d.Key, StringComparer.Ordinal),
    ];

    /// <summary>A TaskRun on its own: its definition, images, what its steps read, its steps' definitions, what it read.</summary>
    public void ReadTaskRun(JsonElement spec, JsonElement status)
    {
        AddDefinition(ChainsDependency.Task, status, "");

        // The definition does not count when the others are compared: an input of the same URI and digest stands beside it.
        known.Clear();
        AddImages(status, "");
        AddStepInputs(status, "");
        AddStepDefinitions(status, "");
        AddInputs(spec, status, "");
    }

    /// <summary>A PipelineRun with the TaskRuns that belong to it, in order.</summary>
    public void ReadPipelineRun(TektonRun run, IReadOnlyList<TektonChild> children, bool deepInspection)
    {
        AddDefinition(ChainsDependency.Pipeline, run.Status, "");
        foreach (var child in children)
        {
            string place = $"task {child.PipelineTask}: ";
            AddDefinition(ChainsDependency.PipelineTask, child.Status, place);
            AddStepDefinitions(child.Status, place);
            AddImages(child.Status, place);
        }

        foreach (var child in deepInspection ? children : [])
        {
            AddStepInputs(child.Status, $"task {child.PipelineTask}: ");
        }

        AddStructuredInputs(ChainsResult.ReadAll(run.Status), "");
        foreach (var child in deepInspection ? children : [])
        {
            AddInputs(child.Root.Member("spec"u8), child.Status, $"task {child.PipelineTask}: ");
        }

        var git = ReadGit(run.Spec, run.Status, run.Status.Member("pipelineSpec"u8));
        if (git is { Url.Length: 0, Commit.Length: > 0 })
        {
            report(RunProblemCodes.ArtifactUri, $"{ChainsHints.GitCommit} gives no dependency: there is no {ChainsHints.GitUrl} with it.");
        }
        else
        {
            AddGit(git.Url, git.Commit, "");
        }
    }

    private static (string Url, string Commit) ReadGit(JsonElement spec, JsonElement status, JsonElement definition)
    {
        (string Url, string Commit) git = ("", "");
        foreach (var parameter in definition.Items("params"u8))
        {
            if (parameter.Member("default"u8).Exists())
            {
                git = Update(git, parameter.Text("name"u8), ChainsResult.TextOfParameter(parameter.Member("default"u8)));
            }
        }

        foreach (var parameter in spec.Items("params"u8))
        {
            git = Update(git, parameter.Text("name"u8), ChainsResult.TextOfParameter(parameter.Member("value"u8)));
        }

        foreach (var result in ChainsResult.ReadAll(status))
        {
            git = Update(git, result.Name, result.Text);
        }

        return git;
    }

    private static (string Url, string Commit) Update((string Url, string Commit) git, string? name, string value) => name switch
    {
        ChainsHints.GitUrl => git with { Url = value },
        ChainsHints.GitCommit => git with { Commit = value },
        _ => git,
    };

    private static string NameOf(JsonElement container) => container.Text("name"u8) ?? "(unnamed)";

    private void AddInputs(JsonElement spec, JsonElement status, string place)
    {
        var git = ReadGit(spec, status, status.Member("taskSpec"u8));
        AddGit(git.Url, git.Commit, place);
        AddStructuredInputs(ChainsResult.ReadAll(status), place);
    }

    private void AddStepInputs(JsonElement status, string place)
    {
        foreach (var step in status.Items("steps"u8))
        {
            (string Url, string Commit) git = ("", "");
            foreach (var result in ChainsResult.ReadAll(step))
            {
                git = Update(git, result.Name, result.Text);
            }

            AddGit(git.Url, git.Commit, $"{place}step {NameOf(step)}: ");
        }

        foreach (var step in status.Items("steps"u8))
        {
            AddStructuredInputs(ChainsResult.ReadAll(step), $"{place}step {NameOf(step)}: ");
        }
    }

    private void AddStructuredInputs(List<ChainsResult> results, string place)
    {
        foreach (var result in results)
        {
            if (!ChainsHints.IsInput(result))
            {
                continue;
            }

            if (ChainsHints.TryReadArtifact(result, out var digest, out string? problem))
            {
                Add(new ChainsDependency(ChainsDependency.Input, result.Member("uri"u8), digest), place);
            }
            else
            {
                report(result.IsObject ? RunProblemCodes.ArtifactDigest : RunProblemCodes.ArtifactRecord, $"{place}result {ChainsHints.Show(result.Name)} gives no dependency: {problem}.");
            }
        }
    }

    /// <remarks>The commit of a TaskRun without a URL becomes a dependency on <c>git+.git</c>, as it does in Chains; it is reported.</remarks>
    private void AddGit(string url, string commit, string place)
    {
        if (commit.Length is 0)
        {
            if (url.Length > 0)
            {
                report(RunProblemCodes.ArtifactDigest, $"{place}{ChainsHints.GitUrl} (\"{ChainsHints.Show(url)}\") gives no dependency: there is no {ChainsHints.GitCommit} with it.");
            }

            return;
        }

        if (url.Length is 0)
        {
            report(RunProblemCodes.ArtifactUri, $"{place}{ChainsHints.GitCommit} stands alone: the dependency git+.git names no repository. Give {ChainsHints.GitUrl} too.");
        }

        string uri = url.StartsWith("git+", StringComparison.Ordinal) ? url : "git+" + url;
        uri = uri.EndsWith(".git", StringComparison.Ordinal) ? uri : uri + ".git";
        Add(new ChainsDependency(ChainsDependency.Input, uri, [new("sha1", commit)]), place);
    }

    private void AddDefinition(string name, JsonElement owner, string place)
    {
        var source = owner.Member("provenance"u8).Member("refSource"u8);
        if (source.ValueKind is JsonValueKind.Object)
        {
            Add(new ChainsDependency(name, source.Text("uri"u8) ?? "", ReadDigest(source)), place);
        }
    }

    private void AddStepDefinitions(JsonElement status, string place)
    {
        foreach (var step in status.Items("steps"u8))
        {
            AddDefinition(ChainsDependency.StepAction + step.Text("name"u8), step, $"{place}step {NameOf(step)}: ");
        }
    }

    private void AddImages(JsonElement status, string place)
    {
        foreach (var step in status.Items("steps"u8))
        {
            AddImage(step, $"{place}step {NameOf(step)}: ");
        }

        foreach (var sidecar in status.Items("sidecars"u8))
        {
            AddImage(sidecar, $"{place}sidecar {NameOf(sidecar)}: ");
        }
    }

    private void AddImage(JsonElement container, string place)
    {
        string imageId = container.Text("imageID"u8) ?? "";
        string[] parts = imageId.Split('@');
        string[] digest = parts.Length is 2 ? parts[1].Split(':') : [];
        if (digest.Length is not 2)
        {
            report(RunProblemCodes.StepImage, $"{place}its image \"{ChainsHints.Show(imageId)}\" is no repository@algorithm:hex. The dependency is left out; Chains would not attest the run at all.");
            return;
        }

        const string Pullable = "docker-pullable://";
        string repository = parts[0].StartsWith(Pullable, StringComparison.Ordinal) ? parts[0][Pullable.Length..] : parts[0];
        Add(new ChainsDependency(null, "oci://" + repository, [new(digest[0], digest[1])]), place);
    }

    private void Add(ChainsDependency dependency, string place)
    {
        if (!known.Add(dependency.Key) && !dependency.IsKept)
        {
            return;
        }

        dependencies.Add(dependency);
        if (dependency.FindMalformedDigest() is { } problem)
        {
            report(
                dependency.ProblemCode,
                $"{place}the dependency {(dependency.Name is null ? "" : dependency.Name + " ")}{ChainsHints.Show(dependency.Uri)} is pinned by nothing, although the attestation lists it as Chains does: {problem}.");
        }
    }
}
