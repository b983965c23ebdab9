using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Runs.Tekton;

public sealed class CustomRunTests
{
    private const string Artifacts = "artifacts: {outputs: [{name: image, buildOutput: true, values: [{uri: 'oci://registry.example.com/app', digest: {sha256: '" + AllKinds.Hex + "'}}]}]}";

    [Theory]
    [InlineData("True", "Approved", RunState.Succeeded)]
    [InlineData("False", "Rejected", RunState.Failed)]
    [InlineData("False", "CustomRunTimedOut", RunState.TimedOut)]
    [InlineData("False", "CustomRunCancelled", RunState.Cancelled)]
    [InlineData("Unknown", "Pending", RunState.NotDone)]
    public async Task A_custom_run_is_over_when_its_condition_says_so_with_or_without_a_time(string status, string reason, RunState expected)
    {
        string text = CustomRun("tekton.dev/v1beta1", "CustomRun", status, reason, Artifacts);
        var collected = await AllKinds.CollectAsync(text, AllKinds.Unsuccessful);
        collected.Outcome.State.Should().Be(expected);
        collected.Outcome.Reason.Should().Be(reason);
        (collected.Run is null).Should().Be(expected is RunState.NotDone);
        collected.Run?.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 0, 0, TimeSpan.Zero), "the condition's time stands in for completionTime");
        AllKinds.MayBeOver(TestRuns.Parse(text)[0]).Should().Be(expected is not RunState.NotDone);
    }

    [Theory]
    [InlineData("tekton.dev/v1beta1", "CustomRun", "customruns")]
    [InlineData("tekton.dev/v1alpha1", "Run", "runs")]
    public async Task A_custom_run_whose_controller_records_artifacts_is_attested(string apiVersion, string kind, string plural)
    {
        var run = (await AllKinds.CollectAsync(CustomRun(apiVersion, kind, "True", "Done", Artifacts))).Run!;
        run.Identity.InvocationId.Should().Be($"apis/{apiVersion}/namespaces/ns/{plural}/approve@c-1");
        run.Parameters.Should().ContainSingle().Which.Name.Should().Be("who");
        run.Settings.Should().ContainSingle().Which.Name.Should().Be("timeout");
    }

    [Fact]
    public async Task A_custom_run_records_nothing_by_itself()
    {
        var collected = await AllKinds.CollectAsync(CustomRun("tekton.dev/v1beta1", "CustomRun", "True", "Done", "extraFields: {outputs: [{name: image}]}"));
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.NoSubject);
    }

    [Fact]
    public async Task The_custom_runs_of_a_real_matrix_are_missing_where_they_are_not_at_hand()
    {
        var documents = AllKinds.Read("tekton/pr-matrix-8-custom-runs.yaml");
        var without = await AllKinds.CollectAsync(WithUid(documents[0]), []);
        without.Problems.Where(static p => p.Code == RunProblemCodes.ChildMissing).Should().HaveCount(8);
        string children = string.Concat(Enumerable.Range(0, 8).Select(static i => CustomRun("tekton.dev/v1alpha1", "Run", "True", "Done", i is 3 ? Artifacts : "")
            .Replace("name: approve", $"name: matrixed-pr-4djw9-platforms-and-browsers-{i}", StringComparison.Ordinal)));
        var with = await AllKinds.CollectAsync(WithUid(documents[0]), TestRuns.Parse(children));
        with.Run!.MissingChildren.Should().BeEmpty();
        with.Run.Artifacts.Should().ContainSingle().Which.Name.Should().Be("image");
    }

    /// <summary>The document as the API server would have it: the sample was printed without its UID.</summary>
    private static RunDocument WithUid(RunDocument document)
    {
        var run = JsonNode.Parse(document.Root.GetRawText())!;
        run["metadata"]!["uid"] = "p-1";
        return DocumentReader.Read(document.Source, Encoding.UTF8.GetBytes(run.ToJsonString()))[0];
    }

    private static string CustomRun(string apiVersion, string kind, string status, string reason, string more) => $$"""
        ---
        apiVersion: {{apiVersion}}
        kind: {{kind}}
        metadata: {name: approve, namespace: ns, uid: c-1, ownerReferences: [{uid: p-1}]}
        spec: {customRef: {apiVersion: example.com/v1, kind: Approval}, ref: {kind: Approval}, params: [{name: who, value: me}], timeout: 1h}
        status:
          conditions: [{type: Succeeded, status: "{{status}}", reason: {{reason}}, lastTransitionTime: "2026-05-04T10:00:00Z"}]
          {{more}}

        """;
}
