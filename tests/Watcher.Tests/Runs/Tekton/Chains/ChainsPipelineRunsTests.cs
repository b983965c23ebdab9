using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Runs.Tekton.Chains;

public sealed class ChainsPipelineRunsTests
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Collect_finds_the_children_by_their_owner_and_gives_the_statement_of_Chains(bool deepInspection)
    {
        var golden = ChainsGolden.Parse($"golden/deep-{(deepInspection ? "true" : "false")}/slsa-v2alpha3__pipelinerun1.statement.json");
        var run = ChainsGolden.Read(golden.Set, golden.Name);
        var children = new[] { "taskrun2", "taskrun1" }.Select(n => OwnedBy(run, ChainsGolden.Read(golden.Set, n)));
        var collected = await TestRuns.CollectAsync(run, children, Options(deepInspection));
        ChainsGolden.Normalise(RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), ChainsGolden.BuilderId)).Should().Be(golden.Statement());
        collected.AwaitsChildren.Should().BeFalse();
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.TypeHintsUsed);
    }

    [Fact]
    public async Task Collect_reports_a_child_that_is_merely_embedded_as_missing()
    {
        var run = ChainsGolden.Read("slsa-v2alpha3", "pipelinerun1");
        var collected = await TestRuns.CollectAsync(run, options: Options(deepInspection: false));
        collected.AwaitsChildren.Should().BeTrue();
        collected.Problems.Where(static p => p.Code == RunProblemCodes.ChildMissing).Select(static p => p.Message).Should().HaveCount(2)
            .And.Contain(static m => m.Contains("TaskRun git-clone", StringComparison.Ordinal));
        Predicate(collected)["buildDefinition"]!["resolvedDependencies"]!.AsArray().Select(static d => (string?)d!["name"] ?? "image").Distinct().Should().Equal("pipeline", "inputs/result");
    }

    [Fact]
    public async Task Collect_takes_the_children_of_a_task_in_the_order_in_which_the_run_refers_to_them()
    {
        var collected = await CollectAsync(deepInspection: true, Child("r-2", "build", "b"), Child("r-10", "build", "c"), Child("r-0", "lint", "a"), Child("r-x", "elsewhere", "d"));
        collected.Run!.Layout!.Byproducts.Select(static b => b.Name).Should().Equal("taskRunResults/r-0/a", "taskRunResults/r-2/b", "taskRunResults/r-10/c");
    }

    [Fact]
    public async Task Collect_lists_per_task_its_definition_those_of_its_steps_and_its_images()
    {
        const string Sha1 = "\"digest\": {\"sha1\": \"7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601\"}";
        string steps = $$"""
            "provenance": {"refSource": {"uri": "git+https://example.com/tasks.git", {{Sha1}} } },
            "steps": [{"name": "s", "imageID": "registry.example.com/s@sha256:{{Hex}}", "provenance": {"refSource": {"uri": "git+https://example.com/steps.git", {{Sha1}} } } }],
            "completionTime"
            """;
        var children = new[] { Child("r-0", "lint", "a"), Child("r-2", "build", "b"), Child("r-10", "build", "c") }.Select(c => c.Replace("\"completionTime\"", steps, StringComparison.Ordinal));
        var collected = await CollectAsync(deepInspection: false, [.. children]);
        Predicate(collected)["buildDefinition"]!["resolvedDependencies"]!.AsArray().Select(static d => (string?)d!["name"] ?? "image")
            .Should().Equal("pipelineTask", "stepAction/s", "image", "stepAction/s", "stepAction/s");
    }

    [Fact]
    public async Task Collect_reads_no_results_of_children_without_deep_inspection()
    {
        var collected = await CollectAsync(deepInspection: false, Child("r-2", "build", "IMAGES", $"registry.example.com/child@sha256:{Hex}"), Child("r-10", "build", "c"), Child("r-0", "lint", "a"));
        collected.Run!.Layout!.Subjects.Select(static s => s.Name).Should().Equal("registry.example.com/app");
        collected.Run.Layout.Byproducts.Should().BeEmpty();
    }

    [Fact]
    public async Task Collect_leaves_out_and_reports_what_a_child_pipeline_ran()
    {
        const string ChildPipeline = """
            {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
             "metadata": {"name": "r-2", "uid": "u-2", "labels": {"tekton.dev/pipelineTask": "build"}, "ownerReferences": [{"uid": "u-1"}]},
             "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}]}}
            """;
        var collected = await CollectWithAsync("PipelineRun", deepInspection: true, ChildPipeline, Child("r-2-x", "inner", "c", owner: "u-2"), Child("r-10", "build", "c"), Child("r-0", "lint", "a"));
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.ChildKind).Which.Message.Should().Contain("build/inner");
        collected.Run!.Layout!.Byproducts.Select(static b => b.Name).Should().NotContain("taskRunResults/r-2-x/c");
    }

    private static CollectOptions Options(bool deepInspection) => new() { BuildType = BuildTypeOption.Chains, ChainsDeepInspection = deepInspection };

    private static Task<CollectedRun> CollectAsync(bool deepInspection, params string[] children) => CollectWithAsync("TaskRun", deepInspection, children);

    private static Task<CollectedRun> CollectWithAsync(string nestedKind, bool deepInspection, params string[] children)
    {
        string run = $$$"""
            {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r", "namespace": "ns", "uid": "u-1"}, "spec": {},
             "status": {
               "completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}],
               "results": [{"name": "IMAGES", "value": "registry.example.com/app@sha256:{{{Hex}}}"}],
               "pipelineSpec": {"tasks": [{"name": "lint"}], "finally": [{"name": "build"}]},
               "childReferences": [{"kind": "TaskRun", "name": "r-0"}, {"kind": "{{{nestedKind}}}", "name": "r-2"}, {"kind": "TaskRun", "name": "r-10"}]
             }}
            """;
        return TestRuns.CollectAsync(run + string.Concat(children), Options(deepInspection));
    }

    private static string Child(string name, string task, string result, string value = "v", string owner = "u-1") => $$$"""
        {"apiVersion": "tekton.dev/v1", "kind": "TaskRun",
         "metadata": {"name": "{{{name}}}", "namespace": "ns", "uid": "u-{{{name}}}", "labels": {"tekton.dev/pipelineTask": "{{{task}}}"}, "ownerReferences": [{"uid": "{{{owner}}}"}]},
         "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}], "results": [{"name": "{{{result}}}", "value": "{{{value}}}"}]}}
        """;

    private static RunDocument OwnedBy(RunDocument owner, RunDocument child)
    {
        var root = JsonSerializer.SerializeToNode(child.Root)!;
        root["apiVersion"] = "tekton.dev/v1";
        root["kind"] = "TaskRun";
        root["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["uid"] = owner.Root.Member("metadata"u8).Text("uid"u8) });
        return child with { Root = JsonSerializer.SerializeToElement(root) };
    }

    private static JsonNode Predicate(CollectedRun collected) => JsonNode.Parse(RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), ChainsGolden.BuilderId))!["predicate"]!;
}
