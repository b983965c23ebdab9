using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Argo;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>When a Workflow is over, and which attempt of it that was.</summary>
public sealed class WorkflowStateTests
{
    private const string Completed = "workflows.argoproj.io/completed";

    [Fact]
    public async Task A_workflow_that_is_over_in_every_respect_is_collected()
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), ArgoRuns.Pod());
        collected.Problems.Should().BeEmpty();
        collected.Run.Should().NotBeNull();
        collected.AwaitsChildren.Should().BeFalse();
        MayBeOver(ArgoRuns.Workflow()).Should().BeTrue();
    }

    [Theory]
    [InlineData("phase", "\"Running\"", "Running")]
    [InlineData("phase", "\"Pending\"", "Pending")]
    [InlineData("phase", "\"\"", "Pending")]
    [InlineData("phase", "7", "Pending")]
    [InlineData("finishedAt", "null", "Succeeded, but without finishedAt")]
    [InlineData("finishedAt", "\"\"", "Succeeded, but without finishedAt")]
    [InlineData("taskResultsCompletionStatus", "{\"build-1\": true, \"build-77\": false}", "Succeeded, but results of its tasks are still to come")]
    [InlineData("taskResultsCompletionStatus", "{\"build-77\": \"false\"}", "Succeeded, but results of its tasks are still to come")]
    [InlineData("finishedAt", "\"0001-01-01T00:00:00Z\"", "Succeeded, but without finishedAt")]
    public async Task A_status_that_is_not_final_is_no_end(string member, string value, string reason)
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]![member] = JsonNode.Parse(value);
        await ShouldNotBeOverAsync(workflow, reason);
    }

    [Theory]
    [InlineData("workflows.argoproj.io/workflow-archiving-status", "Pending", "Succeeded, but still to be archived")]
    [InlineData(Completed, "false", "Succeeded, but not completed")]
    public async Task A_label_can_say_that_it_is_not_over(string label, string value, string reason)
    {
        var workflow = ArgoRuns.Workflow();
        workflow["metadata"]!["labels"]![label] = value;
        await ShouldNotBeOverAsync(workflow, reason);
        MayBeOver(workflow).Should().BeFalse();
    }

    [Theory]
    [InlineData("Archived")]
    [InlineData("Persisted")]
    public async Task A_workflow_that_was_archived_is_over(string status)
    {
        var workflow = ArgoRuns.Workflow();
        workflow["metadata"]!["labels"]!["workflows.argoproj.io/workflow-archiving-status"] = status;
        (await ArgoRuns.CollectAsync(workflow)).Run.Should().NotBeNull();
        MayBeOver(workflow).Should().BeTrue();
    }

    [Fact]
    public async Task Without_the_label_the_phase_and_the_end_decide_unless_a_condition_objects()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["metadata"]!["labels"]!.AsObject().Remove(Completed);
        (await ArgoRuns.CollectAsync(workflow)).Run.Should().NotBeNull();

        workflow["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Completed", ["status"] = "False" });
        await ShouldNotBeOverAsync(workflow, "Succeeded, but not completed");
    }

    [Fact]
    public async Task A_retry_after_the_end_is_another_run_with_another_attestation()
    {
        var first = await ArgoRuns.CollectAsync(ArgoRuns.Workflow());
        first.Identity!.Attempt.Should().Be("2026-01-01T00:01:00Z");

        var reopened = ArgoRuns.Workflow();
        reopened["metadata"]!["labels"] = new JsonObject();
        reopened["status"]!["phase"] = "Running";
        reopened["status"]!["finishedAt"] = null;
        (await ArgoRuns.CollectAsync(reopened)).Outcome.State.Should().Be(RunState.NotDone);
        MayBeOver(reopened).Should().BeFalse();

        var retried = ArgoRuns.Workflow();
        retried["status"]!["finishedAt"] = "2026-01-02T10:00:00Z";
        var second = await ArgoRuns.CollectAsync(retried);
        second.Identity!.Uid.Should().Be(first.Identity.Uid);
        second.Identity.InvocationId.Should().Be("apis/argoproj.io/v1alpha1/namespaces/ci/workflows/build@u-1#2026-01-02T10:00:00Z").And.NotBe(first.Identity.InvocationId);
    }

    [Theory]
    [InlineData("Failed", null, RunState.Failed)]
    [InlineData("Error", null, RunState.Failed)]
    [InlineData("Failed", "Terminate", RunState.Cancelled)]
    [InlineData("Failed", "Stop", RunState.Cancelled)]
    public async Task A_workflow_that_did_not_succeed_says_how_and_why(string phase, string? shutdown, RunState expected)
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]!["phase"] = phase;
        workflow["status"]!["message"] = "child 'build-78' failed";
        workflow["spec"]!["shutdown"] = shutdown;
        workflow["status"]!["nodes"]!["build-78"] = JsonNode.Parse("""{"id": "build-78", "name": "build.scan(0)", "type": "Pod", "phase": "Failed", "outputs": {"exitCode": "2"}}""");
        var unasked = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        unasked.Run.Should().BeNull();
        ArgoRuns.Problem(unasked, RunProblemCodes.NotSucceeded).Message.Should().Contain("child 'build-78' failed");

        var asked = await ArgoRuns.CollectAsync(ArgoRuns.Parse(workflow), [ArgoRuns.Parse(ArgoRuns.Pod())], ArgoRuns.Unsuccessful);
        asked.Run!.Outcome.State.Should().Be(expected);
        asked.Run.Outcome.Reason.Should().Be($"{phase}: child 'build-78' failed");
        asked.Run.Outcome.ExitCodes.Select(static e => $"{e.Key}={e.Value}").Should().Equal("scan(0)=2");
    }

    [Fact]
    public async Task A_message_without_end_is_cut_and_never_within_a_character()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]!["phase"] = "Failed";
        workflow["status"]!["message"] = new string('x', 1023) + "\U0001F600" + new string('y', 5000);
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Parse(workflow), [], ArgoRuns.Unsuccessful);
        collected.Run!.Outcome.Reason.Should().Be("Failed: " + new string('x', 1023));
    }

    [Fact]
    public void The_selector_lets_through_only_what_is_completed()
    {
        var kind = new WorkflowKind();
        kind.Resources.Should().ContainSingle().Which.LabelSelector.Should().Be("workflows.argoproj.io/completed=true");
        kind.Companions.Should().ContainSingle().Which.Should().Match<RunResource>(static r => r.Plural == "pods" && r.LabelSelector == "workflows.argoproj.io/workflow");
    }

    private static async Task ShouldNotBeOverAsync(JsonObject workflow, string reason)
    {
        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Run.Should().BeNull();
        collected.Outcome.State.Should().Be(RunState.NotDone);
        ArgoRuns.Problem(collected, RunProblemCodes.NotDone).Message.Should().Be($"Workflow ci/build: not over yet ({reason}). It is attested when it is.");
    }

    private static bool MayBeOver(JsonObject workflow)
    {
        var head = ObjectHead.Read(Encoding.UTF8.GetBytes(workflow.ToJsonString()));
        return new WorkflowKind().MayBeOver(in head);
    }
}
