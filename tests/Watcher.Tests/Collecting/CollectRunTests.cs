using Provenance.Attestor.Runs;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Collecting;

/// <summary>Which documents are runs, how far they are, and what keeps them from being attested.</summary>
public sealed class CollectRunTests
{
    [Theory]
    [InlineData("kind: Workflow\napiVersion: argoproj.io/v1alpha1", "a argoproj.io/v1alpha1 Workflow")]
    [InlineData("kind: ConfigMap\napiVersion: v1", "a v1 ConfigMap")]
    [InlineData("kind: TaskRun\napiVersion: example.com/v1", "a example.com/v1 TaskRun")]
    [InlineData("some: thing", "an object without a kind")]
    [InlineData("just text", "an object without a kind")]
    [InlineData("5", "an object without a kind")]
    public async Task A_document_that_is_no_run_is_reported_and_never_passed_over(string yaml, string what)
    {
        var collected = await TestRuns.CollectAsync(yaml);
        collected.Identity.Should().BeNull();
        collected.Run.Should().BeNull();
        collected.DisplayName.Should().Be("test.yaml");
        var problem = collected.Problems.Should().ContainSingle().Which;
        problem.Code.Should().Be(RunProblemCodes.UnknownKind);
        problem.Message.Should().Contain("test.yaml").And.Contain(what).And.Contain("TaskRun and PipelineRun");
    }

    [Theory]
    [InlineData("True", "Succeeded", RunState.Succeeded)]
    [InlineData("True", "Completed", RunState.Succeeded)]
    [InlineData("False", "Failed", RunState.Failed)]
    [InlineData("False", "TaskRunImagePullFailed", RunState.Failed)]
    [InlineData("False", "TaskRunTimeout", RunState.TimedOut)]
    [InlineData("False", "TaskRunCancelled", RunState.Cancelled)]
    [InlineData("Unknown", "Running", RunState.NotDone)]
    [InlineData("Unknown", "ToBeRetried", RunState.NotDone)]
    [InlineData("true", "Succeeded", RunState.NotDone)]
    public async Task The_condition_says_how_a_run_ended(string status, string reason, RunState expected)
    {
        var collected = await TestRuns.CollectAsync(TaskRun(status, reason), CollectOptions.Default with { AttestUnsuccessful = true });
        collected.Outcome.State.Should().Be(expected);
        collected.Outcome.Reason.Should().Be(reason);
        collected.Problems.Select(static p => p.Code).Should().Equal(expected is RunState.NotDone ? [RunProblemCodes.NotDone] : []);
        (collected.Run is null).Should().Be(expected is RunState.NotDone);
    }

    [Theory]
    [InlineData("status: \"True\"", "completionTime: \"2026-01-01T00:00:00Z\"", true)]
    [InlineData("status: \"True\"", "podName: p", false)]
    [InlineData("status: \"False\", lastTransitionTime: \"2020-01-01T00:00:00Z\"", "podName: p", true)]
    [InlineData("status: \"False\", lastTransitionTime: \"2999-01-01T00:00:00Z\"", "podName: p", false)]
    [InlineData("status: \"Unknown\"", "completionTime: \"2026-01-01T00:00:00Z\"", false)]
    [InlineData("status: \"True\"", "completionTime: \"no time\"", false)]
    public async Task A_run_is_over_when_its_controller_is_done_with_it(string condition, string status, bool over)
    {
        var collected = await TestRuns.CollectAsync($$"""
            apiVersion: tekton.dev/v1
            kind: TaskRun
            metadata: {name: build, namespace: ns, uid: u-1}
            status:
              {{status}}
              conditions: [{type: Ready, status: "True"}, {type: Succeeded, {{condition}}}]
            """);
        (collected.Outcome.State is not RunState.NotDone).Should().Be(over);
    }

    [Fact]
    public async Task A_run_without_a_uid_cannot_be_told_from_another_and_is_not_attested()
    {
        var collected = await TestRuns.CollectAsync(TaskRun("True", "Succeeded").Replace("uid: u-1", "labels: {}", StringComparison.Ordinal));
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.NoIdentity && p.Message.Contains("TaskRun ns/build", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Failed", "ended as failed (Failed)")]
    [InlineData("TaskRunTimeout", "ended as timedOut (TaskRunTimeout)")]
    [InlineData("TaskRunCancelled", "ended as cancelled (TaskRunCancelled)")]
    public async Task A_run_that_did_not_succeed_is_not_attested_unasked(string reason, string expected)
    {
        var collected = await TestRuns.CollectAsync(TaskRun("False", reason));
        collected.Run.Should().BeNull();
        var problem = collected.Problems.Should().ContainSingle().Which;
        problem.Code.Should().Be(RunProblemCodes.NotSucceeded);
        problem.Message.Should().Contain(expected).And.Contain("--attest-unsuccessful");
    }

    [Fact]
    public async Task What_the_creator_chose_is_read_whole_and_what_belongs_to_the_platform_is_not_among_it()
    {
        var run = (await TestRuns.CollectAsync(TaskRun("True", "Succeeded", """
            spec:
              params: [{name: a, value: 1}, {name: a, value: 2}, {name: b, value: {k: [v]}}, {value: nameless}]
              serviceAccountName: builder
              podTemplate: {nodeSelector: {disk: ssd}}
              status: TaskRunCancelled
              statusMessage: why
              taskRef: {name: build}
            """))).Run!;
        run.Parameters.Select(static p => $"{p.Name}={p.Value.GetRawText()}").Should().Equal("a=1", "b={\"k\":[\"v\"]}");
        run.Settings.Select(static s => s.Name).Should().Equal("serviceAccountName", "podTemplate");
    }

    [Fact]
    public async Task A_definition_that_cannot_be_pinned_by_its_origin_is_pinned_by_its_content()
    {
        var collected = await TestRuns.CollectAsync(TaskRun("True", "Succeeded", status: """
              taskSpec: {steps: [{name: make, script: "make"}]}
              provenance: {refSource: {uri: "git+https://git.example.com/tasks.git", digest: {sha1: main}}}
            """));
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.DefinitionDigest);
        collected.Run!.Definition!.Uri.Should().BeNull();
        collected.Run.Definition.Digest.ContentDigest.Should().Be(Provenance.ArtifactStore.Digests.Digest.Of("""{"steps":[{"name":"make","script":"make"}]}"""u8));
    }

    private static string TaskRun(string condition, string reason, string spec = "spec: {}", string status = "  podName: pod") => $$$"""
        apiVersion: tekton.dev/v1
        kind: TaskRun
        metadata: {name: build, namespace: ns, uid: u-1}
        {{{spec}}}
        status:
          completionTime: "2026-01-01T00:00:00Z"
        {{{status}}}
          conditions: [{type: Succeeded, status: "{{{condition}}}", reason: {{{reason}}}}]
          steps:
          - name: make
            imageID: registry.example.com/tools@sha256:{{{new string('b', 64)}}}
            outputs: [{name: image, buildOutput: true, values: [{uri: 'oci://registry.example.com/app', digest: {sha256: '{{{new string('a', 64)}}}'}}]}]
        """;
}
