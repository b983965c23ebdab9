using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Runs.Tekton;

/// <summary>
/// The four PipelineRuns that Tekton Chains leaves unsigned for ever, as it takes every child for a TaskRun that is there: here each comes
/// out as a run, with what is missing named.
/// </summary>
public sealed class NeverSignedPipelineTests
{
    private const string Uid = "77777777-1111-4000-8000-000000000001";
    private const string Namespace = "jephilli-tenant";

    [Fact]
    public async Task A_pipeline_with_a_custom_run_is_attested_and_the_custom_run_counts_as_read()
    {
        var collected = await CollectAsync(["TaskRun", "CustomRun"], TaskRun("parent-clone"), CustomRun("True"));
        Subjects(collected).Should().Equal("parent-clone");
        collected.Run!.MissingChildren.Should().BeEmpty();
        collected.AwaitsChildren.Should().BeFalse();
        collected.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Unknown")]
    public async Task A_custom_run_that_is_not_at_hand_or_an_old_state_of_it_is_missing_and_not_waited_for(string? status)
    {
        var collected = await CollectAsync(["TaskRun", "CustomRun"], TaskRun("parent-clone"), status is null ? "" : CustomRun(status));
        Subjects(collected).Should().Equal("parent-clone");
        collected.Run!.MissingChildren.Should().Equal("CustomRun parent-approve");
        collected.AwaitsChildren.Should().BeFalse("a CustomRun seldom records anything");
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.ChildMissing);
    }

    [Fact]
    public async Task A_pipeline_with_a_nested_pipeline_is_attested_with_what_the_inner_tasks_recorded()
    {
        var collected = await CollectAsync(
            ["PipelineRun", "TaskRun"],
            TaskRun("parent-clone"),
            $"{{apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {{name: parent-security-scans, namespace: {Namespace}, uid: inner, labels: {{tekton.dev/pipelineTask: security-scans}}, ownerReferences: [{{uid: {Uid}}}]}}, status: {{{Over}, childReferences: [{{kind: TaskRun, name: scan}}]}}}}",
            TaskRun("scan", "inner"));
        Subjects(collected).Should().BeEquivalentTo("parent-clone", "scan");
        collected.Run!.Materials.Select(static m => m.Name).Should().BeEquivalentTo("tasks/parent-clone/images/make", "tasks/security-scans/scan/images/make", "tasks/task-1/images/unnamed-0");
        collected.Run.MissingChildren.Should().BeEmpty();
        collected.Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task A_nested_pipeline_that_is_not_at_hand_is_missing_and_waited_for()
    {
        var collected = await CollectAsync(["PipelineRun", "TaskRun"], TaskRun("parent-clone"));
        Subjects(collected).Should().Equal("parent-clone");
        collected.Run!.MissingChildren.Should().Equal("PipelineRun parent-security-scans");
        collected.AwaitsChildren.Should().BeTrue();
    }

    [Fact]
    public async Task A_nested_pipeline_that_is_not_over_at_hand_is_an_old_state_of_it_and_missing()
    {
        var collected = await CollectAsync(
            ["PipelineRun", "TaskRun"],
            TaskRun("parent-clone"),
            $"{{apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {{name: parent-security-scans, namespace: {Namespace}, uid: inner, ownerReferences: [{{uid: {Uid}}}]}}, status: {{conditions: [{{type: Succeeded, status: Unknown}}]}}}}");
        collected.Run!.MissingChildren.Should().Equal("PipelineRun parent-security-scans");
    }

    [Fact]
    public async Task A_pipeline_with_a_deleted_child_is_attested_without_it_and_says_so()
    {
        var collected = await CollectAsync(["TaskRun", "TaskRun deleted"], TaskRun("parent-clone"));
        Subjects(collected).Should().Equal("parent-clone");
        collected.Run!.MissingChildren.Should().Equal("TaskRun deleted");
        collected.AwaitsChildren.Should().BeTrue("it may be in a file that is read later");
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.ChildMissing && p.Message.Contains("TaskRun deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipeline_with_a_child_whose_image_was_never_recorded_is_attested_without_that_image()
    {
        var collected = await CollectAsync(["TaskRun"], TaskRun("parent-clone", imageId: ""));
        Subjects(collected).Should().Equal("parent-clone");
        collected.Run!.MissingChildren.Should().BeEmpty();
        collected.Run.Materials.Should().NotContain(static m => m.Name!.StartsWith("tasks/parent-clone/", StringComparison.Ordinal));
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.StepImage && p.Message.Contains("task parent-clone: step make: no image was recorded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_run_does_not_stand_in_for_a_custom_run_of_its_name()
    {
        var collected = await CollectAsync(["CustomRun", "TaskRun parent-approve"], TaskRun("parent-approve"));
        Subjects(collected).Should().Equal("parent-approve");
        collected.Run!.MissingChildren.Should().Equal("CustomRun parent-approve");
    }

    private const string Over = "completionTime: \"2026-01-01T00:00:00Z\", conditions: [{type: Succeeded, status: \"True\"}]";

    private static IEnumerable<string> Subjects(Watcher.Runs.CollectedRun collected) =>
        collected.Run!.Artifacts.Where(static a => a.Role is ArtifactRole.Subject).Select(static a => a.Name);

    /// <summary>The PipelineRun of the test data with only the children of the given kinds, or with those named.</summary>
    private static async Task<Watcher.Runs.CollectedRun> CollectAsync(string[] references, params string[] children)
    {
        var run = JsonNode.Parse(AllKinds.Read("tekton/derived/pr-child-pipelinerun-and-customrun.json")[0].Root.GetRawText())!;
        var listed = run["status"]!["childReferences"]!.AsArray();
        run["status"]!["childReferences"] = new JsonArray([.. references.Select(r => r.Split(' ') is [var kind, var name]
            ? new JsonObject { ["kind"] = kind, ["name"] = name }
            : listed.Single(l => l!["kind"]!.GetValue<string>() == r)!.DeepClone())]);
        var document = DocumentReader.Read("pipelinerun.json", Encoding.UTF8.GetBytes(run.ToJsonString()))[0];
        return await AllKinds.CollectAsync(document, children.Where(static c => c.Length > 0).SelectMany(static c => TestRuns.Parse("---\n" + c)));
    }

    private static string TaskRun(string name, string owner = Uid, string imageId = "registry.example.com/tools@sha256:" + AllKinds.Hex) =>
        $"{{apiVersion: tekton.dev/v1, kind: TaskRun, metadata: {{name: {name}, namespace: {Namespace}, uid: uid-of-{name}, ownerReferences: [{{uid: {owner}}}]}}, "
        + $"status: {{{Over}, steps: [{{name: make, imageID: '{imageId}', outputs: [{{name: {name}, buildOutput: true, values: [{{uri: 'oci://registry.example.com/{name}', digest: {{sha256: '{AllKinds.Hex}'}}}}]}}]}}]}}}}";

    private static string CustomRun(string status) =>
        $"{{apiVersion: tekton.dev/v1beta1, kind: CustomRun, metadata: {{name: parent-approve, namespace: {Namespace}, uid: uid-of-approve, ownerReferences: [{{uid: {Uid}}}]}}, status: {{conditions: [{{type: Succeeded, status: \"{status}\"}}]}}}}";
}
