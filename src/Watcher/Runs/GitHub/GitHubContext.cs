using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.GitHub;

/// <summary>Which job of which workflow run a list of artifacts belongs to, from the values of its <c>GITHUB_*</c> variables.</summary>
internal sealed partial record GitHubContext
{
    private static readonly string[] Required = ["server_url", "repository", "run_id", "run_attempt", "workflow_ref", "sha", "ref"];
    private static readonly string[] Optional = ["workflow_sha", "conclusion"];

    /// <summary>The run: repository and run id, told apart by server and attempt.</summary>
    public required RunIdentity Identity { get; init; }

    /// <summary>How it ended, as far as that is said.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>The commit that was checked out.</summary>
    public required RecordedArtifact Source { get; init; }

    /// <summary>The workflow file at its commit; null where that is not said.</summary>
    public RunDefinition? Definition { get; init; }

    /// <summary>The workflow and the reference as the run names them.</summary>
    public required IReadOnlyList<NamedValue> Parameters { get; init; }

    public static bool TryRead(JsonElement github, [NotNullWhen(true)] out GitHubContext? context, [NotNullWhen(false)] out string? problem)
    {
        context = null;
        problem = FindFault(github);
        if (problem is not null)
        {
            return false;
        }

        string server = Value(github, "server_url"), repository = Value(github, "repository"), reference = Value(github, "ref");
        string runId = Value(github, "run_id"), workflow = Value(github, "workflow_ref");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.AbsolutePath is not "/" || url.UserInfo.Length > 0
            || !DigestSet.TryCreate([new("gitCommit", Value(github, "sha"))], out var commit, out _)
            || !ArtifactUri.TryParse($"git+{url.Scheme}://{url.Authority}/{repository}@{reference}", out var source, out _))
        {
            problem = "server_url is no address of a server, sha no full commit id, or ref no reference.";
            return false;
        }

        context = new GitHubContext
        {
            Identity = new RunIdentity
            {
                Cluster = url.Authority,
                ApiVersion = "github.com/v1",
                Kind = "WorkflowRun",
                Namespace = repository,
                Name = runId,
                Uid = $"{repository}#{runId}",
                Attempt = Value(github, "run_attempt"),
            },
            Outcome = OutcomeOf(github.Text("conclusion")),
            Source = new RecordedArtifact { Name = "source", Role = ArtifactRole.Input, Uri = source, Digest = commit, ObservedBy = Observer.Tenant },
            Definition = ReadDefinition(url, workflow, github.Text("workflow_sha")),
            Parameters = [new NamedValue("ref", github.GetProperty("ref")), new NamedValue("workflow_ref", github.GetProperty("workflow_ref"))],
        };
        return true;
    }

    private static string? FindFault(JsonElement github)
    {
        if (github.ValueKind is not JsonValueKind.Object)
        {
            return "github is no object.";
        }

        foreach (var member in github.EnumerateObject())
        {
            if (!Required.Contains(member.Name) && !Optional.Contains(member.Name))
            {
                return $"github.{ArtifactsList.Show(member.Name)} is not known. Write only {string.Join(", ", Required)}, {string.Join(", ", Optional)}; never the whole github context, as it holds a token.";
            }
        }

        foreach (string name in Required)
        {
            if (Value(github, name).Length is 0)
            {
                return $"github.{name} is missing.";
            }
        }

        return !RepositoryName().IsMatch(Value(github, "repository")) ? "github.repository is not owner/name."
            : !Number().IsMatch(Value(github, "run_id")) || !Number().IsMatch(Value(github, "run_attempt")) ? "github.run_id or run_attempt is no number."
            : !WorkflowReference().IsMatch(Value(github, "workflow_ref")) ? "github.workflow_ref is not owner/name/path@ref."
            : null;
    }

    /// <summary>The member's text; workflows write numbers with and without quotes.</summary>
    private static string Value(JsonElement github, string name) =>
        github.TryGetProperty(name, out var value) ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        }
        : "";

    private static RunDefinition? ReadDefinition(Uri server, string workflow, string? commit)
    {
        if (commit is null || !DigestSet.TryCreate([new("gitCommit", commit)], out var digest, out _))
        {
            return null;
        }

        var match = WorkflowReference().Match(workflow);
        return new RunDefinition
        {
            Uri = $"git+{server.Scheme}://{server.Authority}/{match.Groups[1].Value}@{match.Groups[3].Value}",
            Digest = digest,
            EntryPoint = match.Groups[2].Value,
        };
    }

    /// <remarks>The list is handed over by a step that was reached, and says nothing about the steps after it.</remarks>
    private static RunOutcome OutcomeOf(string? conclusion) => conclusion switch
    {
        null => new RunOutcome(RunState.Succeeded, "ArtifactsListed"),
        "success" => new RunOutcome(RunState.Succeeded, conclusion),
        "cancelled" => new RunOutcome(RunState.Cancelled, conclusion),
        "timed_out" => new RunOutcome(RunState.TimedOut, conclusion),
        _ => new RunOutcome(RunState.Failed, conclusion),
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"\A[1-9][0-9]{0,18}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\A([A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100})/([^@\s]{1,500})@([^@\s]{1,500})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WorkflowReference();
}
