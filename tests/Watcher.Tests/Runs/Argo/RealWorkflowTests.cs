using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Argo;
using Provenance.Watcher.Runs.Argo.Reading;
using Provenance.Watcher.Tests.Runs.Argo.Reading;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>What becomes of every Workflow of the test data: none was made with a recorder, so that each says why it is not attested.</summary>
public sealed class RealWorkflowTests
{
    [Theory]
    [InlineData("argo/artifact-gc-succeeded.yaml", RunState.Succeeded, "CHILD_MISSING, ARTIFACT_DIGEST x4, NO_SUBJECT")]
    [InlineData("argo/dag-disable-fail-fast.yaml", RunState.Failed, "NOT_SUCCEEDED")]
    [InlineData("argo/dag-exhausted-retries-xfail.yaml", RunState.NotDone, "NOT_DONE")]
    [InlineData("argo/dag-retry-taskgroup-succeeded.yaml", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("argo/dag_xfail.yaml", RunState.NotDone, "NOT_DONE")]
    [InlineData("argo/derived/wf-archiving-pending.json", RunState.NotDone, "NOT_DONE")]
    [InlineData("argo/derived/wf-large-graph-decompressed.json", RunState.Succeeded, "CHILD_MISSING, ARTIFACT_DIGEST x21, NO_SUBJECT")]
    [InlineData("argo/derived/wf-offloaded.json", RunState.Succeeded, "EVIDENCE_INCOMPLETE")]
    [InlineData("argo/derived/wf-taskresults-incomplete.json", RunState.NotDone, "NOT_DONE")]
    [InlineData("argo/gc-succeeded-minimal.yaml", RunState.Succeeded, "NO_SUBJECT")]
    [InlineData("argo/gc-succeeded-ttl-0.yaml", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("argo/hook-error-exit.yaml", RunState.Failed, "NO_IDENTITY")]
    [InlineData("argo/server-archived-succeeded.yaml", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("argo/steps-13-pods-succeeded.yaml", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("argo/steps-s3-artifact-succeeded.yaml", RunState.Succeeded, "NO_IDENTITY")]
    [InlineData("kfp/kfp-resource-manager-142.yaml", RunState.NotDone, "NOT_DONE")]
    [InlineData("kfp/kfp-v1-hello-world.json", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("kfp/kfp-v1-integration-test.json", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("kfp/kfp-v1-large-graph.json", RunState.Succeeded, "CHILD_MISSING, ARTIFACT_DIGEST x21, NO_SUBJECT")]
    [InlineData("kfp/kfp-v1-mock-coinflip.json", RunState.Succeeded, "CHILD_MISSING, ARTIFACT_DIGEST, NO_SUBJECT")]
    [InlineData("kfp/kfp-v1-mock-error.json", RunState.Failed, "NOT_SUCCEEDED")]
    [InlineData("kfp/kfp-v1-mock-retry.json", RunState.Succeeded, "CHILD_MISSING, NO_SUBJECT")]
    [InlineData("kfp/kfp-v1-mock-xgboost-small.json", RunState.NotDone, "NOT_DONE")]
    [InlineData("kfp/kfp-v1-mock-xgboost.json", RunState.Succeeded, "CHILD_MISSING, ARTIFACT_DIGEST, NO_SUBJECT")]
    public async Task Every_real_workflow_is_told_apart_and_says_why_it_is_not_attested(string name, RunState expected, string codes)
    {
        var document = ArgoRuns.Read(name);
        var collected = await ArgoRuns.CollectAsync(document);
        collected.Run.Should().BeNull();
        collected.Outcome.State.Should().Be(expected);
        string.Join(", ", collected.Problems.GroupBy(static p => p.Code).Select(static g => g.Count() is 1 ? g.Key : $"{g.Key} x{g.Count()}")).Should().Be(codes);
        collected.Problems.Should().OnlyContain(p => p.Message.StartsWith(collected.Identity!.ToString(), StringComparison.Ordinal));
        MayBeOver(document.Root).Should().Be(expected is not RunState.NotDone || name.Contains("taskresults", StringComparison.Ordinal), "the head drops what is certainly not over and nothing else");
    }

    [Fact]
    public void The_table_names_every_file_of_the_test_data()
    {
        var named = GetType().GetMethods().SelectMany(static m => m.GetCustomAttributes(typeof(InlineDataAttribute), false))
            .Select(static a => (string)((InlineDataAttribute)a).GetData(null!).Single()[0]!).Append("argo/pod-failed-oom-exit.yaml");
        var files = new[] { "argo", "kfp" }
            .SelectMany(static f => Directory.EnumerateFiles(Path.Combine(ArgoRuns.Folder, f), "*", SearchOption.AllDirectories))
            .Select(static f => Path.GetRelativePath(ArgoRuns.Folder, f))
            .Where(static f => f != "argo/INDEX.md");
        named.Should().BeEquivalentTo(files);
    }

    [Fact]
    public async Task The_pod_of_a_node_is_no_run_and_nothing_is_reported_of_it()
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Read("argo/pod-failed-oom-exit.yaml"));
        collected.IsCompanion.Should().BeTrue();
        collected.Problems.Should().BeEmpty();
    }

    [Fact]
    public void The_compressed_nodes_of_a_huge_pipeline_are_those_of_its_plain_form()
    {
        var packed = Nodes("kfp/kfp-v1-large-graph.json");
        packed.Should().HaveCount(401);
        packed.Should().Equal(Nodes("argo/derived/wf-large-graph-decompressed.json"));
        JsonNode.DeepEquals(
            JsonNode.Parse(UnpackedNodes.Of(ArgoRuns.Read("kfp/kfp-v1-large-graph.json").Root)),
            JsonNode.Parse(ArgoRuns.Read("argo/derived/wf-large-graph-decompressed.json").Root.GetProperty("status").GetProperty("nodes").GetRawText()))
            .Should().BeTrue();

        static IEnumerable<string> Nodes(string name)
        {
            var nodes = WorkflowNodes.Find(ArgoRuns.Read(name).Root.GetProperty("status"), "huge-pipeline-q5cwl", out string? problem);
            problem.Should().BeNull();
            return nodes.Select(static n => $"{n.Id} {n.Name} {n.Label} {n.Template} {n.StartedAt:O}");
        }
    }

    [Fact]
    public async Task Pods_that_are_not_at_hand_are_counted_and_waited_for()
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Read("argo/steps-13-pods-succeeded.yaml"));
        collected.AwaitsChildren.Should().BeTrue();
        ArgoRuns.Problem(collected, RunProblemCodes.ChildMissing).Message.Should().Contain(" and 8 more: not at hand");
    }

    [Fact]
    public async Task A_deleted_artifact_is_named_with_its_place_and_with_what_to_do()
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Read("argo/artifact-gc-succeeded.yaml"));
        collected.Problems.Where(static p => p.Code is RunProblemCodes.ArtifactDigest).Select(static p => p.Message)
            .Should().Contain(static m => m.Contains("node [0].call-first: output artifact \"first-on-completion-1\" (s3 first-on-completion-1)", StringComparison.Ordinal)
                && m.Contains("provenance-artifacts", StringComparison.Ordinal));
    }

    private static bool MayBeOver(JsonElement root)
    {
        var head = ObjectHead.Read(Encoding.UTF8.GetBytes(root.GetRawText()));
        return new WorkflowKind().MayBeOver(in head);
    }
}
