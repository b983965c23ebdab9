using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.GitHub;

/// <summary>
/// The list of artifacts that GitHub's runner keeps for a job (<c>$GITHUB_ARTIFACTS_LIST</c>), together with the job's <c>GITHUB_*</c>
/// values: <c>{"artifacts": list, "github": {...}}</c>. The list alone does not say which run it belongs to.
/// </summary>
internal sealed class ArtifactsListKind : IRunKind
{
    /// <summary>The build type: docs/run-kinds.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/github-artifacts/v1";

    private const string Advice = "Let a step append what it made to $GITHUB_ARTIFACTS.";

    public string Platform => "github";

    /// <summary>None: the documents are met in files only.</summary>
    public IReadOnlyList<RunResource> Resources => [];

    public bool MayBeOver(ref readonly ObjectHead head) => true;

    public bool Recognises(RunDocument document)
    {
        var root = document.Root;
        bool isList = root.Member("version"u8).Exists() && root.Member("subjects"u8).Exists();
        bool isWrapped = root.Member("artifacts"u8).Exists() && root.Member("github"u8).Exists();
        return document is { Kind: "", ApiVersion: "" } && (isList || isWrapped);
    }

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var root = document.Root;
        if (!root.Member("github"u8).Exists())
        {
            return NoIdentity(document, "is a list of artifacts that does not say which run made them. Hand over {\"artifacts\": <the list>, \"github\": {\"server_url\", \"repository\", \"run_id\", \"run_attempt\", \"workflow_ref\", \"sha\", \"ref\"}} with the values of the job's GITHUB_* variables.");
        }

        if (!GitHubContext.TryRead(root.Member("github"u8), out var context, out string? problem))
        {
            return NoIdentity(document, $"does not say which run it belongs to: {problem}");
        }

        var account = new RunAccount(document.Source, context.Identity, context.Outcome);
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        foreach (var member in root.EnumerateMembers().Where(static m => m.Name is not ("artifacts" or "github")))
        {
            account.Report(RunProblemCodes.ArtifactRecord, $"the member \"{ArtifactsList.Show(member.Name)}\" is not known beside artifacts and github; nothing is read.");
            return account.Result(null);
        }

        var artifacts = ArtifactsList.Read(root.Member("artifacts"u8), account.Report);
        if (!account.HasSubjects(artifacts, Advice))
        {
            return account.Result(null);
        }

        return account.Result(new CompletedRun
        {
            Identity = context.Identity,
            Outcome = context.Outcome,
            BuildType = BuildType,
            Definition = context.Definition,
            Parameters = context.Parameters,
            Artifacts = [context.Source, .. artifacts],
        });
    }

    private static CollectedRun NoIdentity(RunDocument document, string what) => new()
    {
        Source = document.Source,
        Problems = [new RunProblem(RunProblemCodes.NoIdentity, $"{document.Source} {what}")],
    };
}
