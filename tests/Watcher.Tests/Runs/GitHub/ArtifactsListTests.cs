using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Runs.GitHub;

/// <summary>The list of artifacts that GitHub's runner keeps, with the values that say whose it is.</summary>
public sealed class ArtifactsListTests
{
    private const string File = "{\"name\": \"dist/app 1.tgz\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"file\"}";
    private const string Image = "{\"name\": \"ghcr.io/owner/app:1\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"oci\"}";
    private const string GitHub = "\"server_url\": \"https://github.com\", \"repository\": \"owner/app\", \"run_id\": \"123\", \"run_attempt\": \"2\", \"workflow_ref\": \"owner/app/.github/workflows/release.yml@refs/heads/main\", \"sha\": \"cccccccccccccccccccccccccccccccccccccccc\", \"ref\": \"refs/heads/main\"";

    [Fact]
    public async Task A_list_with_the_values_of_its_job_is_a_run()
    {
        var run = (await CollectAsync($"{File}, {Image}")).Run!;
        run.Identity.InvocationId.Should().Be("github.com/apis/github.com/v1/namespaces/owner/app/workflowruns/123@owner/app#123#2");
        run.BuildType.Should().Be("https://provenance.dev/buildtypes/github-artifacts/v1");
        RunStatement.Subjects(run).Select(static s => s.Name).Should().Equal("pkg:generic/dist/app%201.tgz", "ghcr.io/owner/app");
        var source = run.Artifacts.Should().ContainSingle(static a => a.Role == ArtifactRole.Input).Which;
        source.Name.Should().Be("source");
        source.Uri.Text.Should().Be("git+https://github.com/owner/app@refs/heads/main");
        source.Digest.Find("gitCommit").Should().Be(new string('c', 40));
        run.Definition.Should().BeNull("the commit of the workflow is not said");
        run.Outcome.Reason.Should().Be("ArtifactsListed");
    }

    [Fact]
    public async Task The_workflow_is_the_definition_where_its_commit_is_said()
    {
        var definition = (await CollectAsync(File, $"{GitHub}, \"workflow_sha\": \"{new string('d', 40)}\"")).Run!.Definition!;
        definition.Uri.Should().Be("git+https://github.com/owner/app@refs/heads/main");
        definition.EntryPoint.Should().Be(".github/workflows/release.yml");
        definition.Digest.Find("gitCommit").Should().Be(new string('d', 40));
    }

    [Theory]
    [InlineData("success", RunState.Succeeded)]
    [InlineData("failure", RunState.Failed)]
    [InlineData("cancelled", RunState.Cancelled)]
    [InlineData("timed_out", RunState.TimedOut)]
    [InlineData("neutral", RunState.Failed)]
    public async Task The_conclusion_is_believed_where_it_is_said(string conclusion, RunState expected) =>
        (await CollectAsync(File, $"{GitHub}, \"conclusion\": \"{conclusion}\"")).Outcome.State.Should().Be(expected);

    [Fact]
    public async Task A_list_alone_belongs_to_no_run_and_says_what_to_do()
    {
        var collected = await AllKinds.CollectAsync($"{{\"version\": 1, \"subjects\": [{File}]}}");
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.NoIdentity && p.Message.Contains("GITHUB_*", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"run_id\": \"123\"", "\"run_id\": \"0\"", "run_id or run_attempt is no number")]
    [InlineData("\"run_id\": \"123\",", "", "run_id is missing")]
    [InlineData("\"repository\": \"owner/app\"", "\"repository\": \"owner/app/x\"", "repository is not owner/name")]
    [InlineData("release.yml@refs/heads/main", "release.yml", "workflow_ref is not")]
    [InlineData("https://github.com", "https://user:pass@github.com", "no address of a server")]
    [InlineData("https://github.com", "file:///etc", "no address of a server")]
    [InlineData("cccccccccccccccccccccccccccccccccccccccc", "main", "no full commit id")]
    [InlineData("\"ref\": \"refs/heads/main\"", "\"ref\": \"refs/heads/a b\"", "no reference")]
    [InlineData("\"run_attempt\"", "\"token\": \"ghs_secret\", \"run_attempt\"", "never the whole github context")]
    public async Task Values_that_do_not_say_whose_it_is_are_refused(string good, string bad, string expected)
    {
        var collected = await CollectAsync(File, GitHub.Replace(good, bad, StringComparison.Ordinal));
        collected.Run.Should().BeNull();
        var problem = collected.Problems.Should().ContainSingle().Which;
        problem.Code.Should().Be(RunProblemCodes.NoIdentity);
        problem.Message.Should().Contain(expected).And.NotContain("ghs_secret").And.NotContain("user:pass");
    }

    [Fact]
    public async Task The_same_entry_twice_counts_once_and_in_the_order_of_the_list() =>
        RunStatement.Subjects((await CollectAsync($"{Image}, {File}, {Image}, {File}")).Run!).Select(static s => s.Name).Should().Equal("ghcr.io/owner/app", "pkg:generic/dist/app%201.tgz");

    [Theory]
    [InlineData("\"kind\": \"oci\"", "\"kind\": \"file\"")]
    [InlineData(AllKinds.Hex, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task One_name_with_two_digests_or_kinds_spoils_the_list(string first, string second)
    {
        var collected = await CollectAsync($"{File}, {Image}, {Image.Replace(first, second, StringComparison.Ordinal)}");
        collected.Run.Should().BeNull();
        collected.Problems.Should().Contain(static p => p.Code == RunProblemCodes.ArtifactDigest && p.Message.Contains("entry 2: \"ghcr.io/owner/app:1\" stands there before", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("5", "not of the form")]
    [InlineData("{\"name\": \"a\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"file\", \"x\": 1}", "not of the form")]
    [InlineData("{\"name\": \"a\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"blob\"}", "neither \"file\" nor \"oci\"")]
    [InlineData("{\"name\": \"../a\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"file\"}", "no relative path")]
    [InlineData("{\"name\": \"/a\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"file\"}", "no relative path")]
    [InlineData("{\"name\": \"\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"file\"}", "no relative path")]
    [InlineData("{\"name\": \"app\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"oci\"}", "neither an absolute URI")]
    [InlineData("{\"name\": \"a\", \"digest\": \"sha256:abc\", \"kind\": \"file\"}", "has no digest")]
    [InlineData("{\"name\": \"a\", \"digest\": \"sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"kind\": \"file\"}", "has no digest")]
    [InlineData("{\"name\": \"ghcr.io/o/a@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", \"digest\": \"sha256:" + AllKinds.Hex + "\", \"kind\": \"oci\"}", "names another digest")]
    public async Task One_malformed_entry_spoils_the_list(string entry, string expected)
    {
        var collected = await CollectAsync($"{File}, {entry}");
        collected.Run.Should().BeNull();
        collected.Problems[0].Message.Should().Contain("WorkflowRun owner/app/123: its list of artifacts, entry 1:").And.Contain(expected);
        collected.Problems[^1].Code.Should().Be(RunProblemCodes.NoSubject);
    }

    [Theory]
    [InlineData("{\"version\": 2, \"subjects\": []}", "version is not 1")]
    [InlineData("{\"version\": \"1\", \"subjects\": []}", "version is not 1")]
    [InlineData("{\"version\": 1, \"subjects\": {}}", "subjects are no list")]
    [InlineData("{\"version\": 1, \"subjects\": [], \"more\": 1}", "\"more\" is not known")]
    [InlineData("[]", "no object")]
    public async Task A_list_of_another_form_is_refused(string list, string expected)
    {
        var collected = await AllKinds.CollectAsync($"{{\"artifacts\": {list}, \"github\": {{{GitHub}}}}}");
        collected.Problems[0].Should().Match<RunProblem>(p => p.Code == RunProblemCodes.ArtifactRecord && p.Message.Contains(expected, StringComparison.Ordinal));
        collected.Run.Should().BeNull();
    }

    [Fact]
    public async Task More_subjects_than_a_statement_may_have_are_refused()
    {
        string many = string.Join(", ", Enumerable.Range(0, 1025).Select(static i => File.Replace("app 1", $"app-{i}", StringComparison.Ordinal)));
        (await CollectAsync(many)).Problems[0].Message.Should().Contain("more than 1024 subjects");
    }

    private static Task<CollectedRun> CollectAsync(string subjects, string gitHub = GitHub) =>
        AllKinds.CollectAsync($"{{\"artifacts\": {{\"version\": 1, \"subjects\": [{subjects}]}}, \"github\": {{{gitHub}}}}}", AllKinds.Unsuccessful);
}
