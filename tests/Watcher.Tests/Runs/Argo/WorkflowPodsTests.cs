using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>Which images ran is known from the Pods alone: they are found by node, and nobody else's Pod counts.</summary>
public sealed class WorkflowPodsTests
{
    [Fact]
    public async Task The_images_of_every_container_are_materials_of_their_node()
    {
        var run = (await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), ArgoRuns.Pod())).Run!;
        run.Materials.Select(static m => $"{m.Name} {m.Uri}@{m.Digest}").Should().Equal(
            $"nodes/image/images/main oci://registry.example.com/kaniko@sha256:{ArgoRuns.Hex('b')}",
            $"nodes/image/images/wait oci://quay.io/argoproj/argoexec@sha256:{ArgoRuns.Hex('c')}");
        run.MissingChildren.Should().BeEmpty();
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_named_and_the_run_is_attested_all_the_same()
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow());
        collected.AwaitsChildren.Should().BeTrue();
        collected.Run!.MissingChildren.Should().Equal("Pod build-kaniko-77");
        ArgoRuns.Problem(collected, RunProblemCodes.ChildMissing).Message.Should().Contain("Pod build-kaniko-77: not at hand");
    }

    [Fact]
    public async Task Before_the_second_name_format_a_pod_is_called_as_its_node()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["metadata"]!["annotations"] = null;
        (await ArgoRuns.CollectAsync(workflow)).Run!.MissingChildren.Should().Equal("Pod build-77");
        var pod = ArgoRuns.Pod();
        pod["metadata"]!["name"] = "build-77";
        (await ArgoRuns.CollectAsync(workflow, pod)).Run!.Materials.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_workflow_of_a_single_step_has_a_pod_of_its_own_name()
    {
        var workflow = ArgoRuns.Workflow();
        var node = ArgoRuns.ImageNode(workflow).DeepClone();
        (node["id"], node["name"]) = ("build", "build");
        workflow["status"]!["nodes"] = new JsonObject { ["build"] = node };
        var pod = ArgoRuns.Pod();
        pod["metadata"]!["name"] = "build";
        pod["metadata"]!["annotations"]!["workflows.argoproj.io/node-id"] = "build";
        var collected = await ArgoRuns.CollectAsync(workflow, pod);
        collected.Problems.Should().BeEmpty();
        collected.Run!.Materials.Should().Contain(static m => m.Name == "nodes/kaniko/images/main");
    }

    [Theory]
    [InlineData("name", "elsewhere-kaniko-77")]
    [InlineData("name", "build-kaniko-78")]
    [InlineData("creationTimestamp", "2025-12-31T23:59:59Z")]
    [InlineData("creationTimestamp", "2026-01-01T00:01:01Z")]
    public async Task A_pod_that_somebody_else_made_is_left_out_and_reported(string member, string value)
    {
        var pod = ArgoRuns.Pod();
        pod["metadata"]![member] = value;
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), pod);
        ArgoRuns.Codes(collected).Should().BeEquivalentTo(RunProblemCodes.ChildForeign, RunProblemCodes.ChildMissing);
        collected.Run!.Materials.Should().BeEmpty();
    }

    [Fact]
    public async Task Of_two_pods_that_claim_a_node_the_one_with_argos_name_counts()
    {
        var forged = ArgoRuns.Pod();
        forged["metadata"]!["name"] = "build-a-77";
        forged["status"]!["containerStatuses"]![0]!["imageID"] = "evil.example.com/x@sha256:" + ArgoRuns.Hex('e');
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), forged, ArgoRuns.Pod());
        ArgoRuns.Problem(collected, RunProblemCodes.ChildForeign).Message.Should().Contain("build-a-77");
        collected.Run!.Materials.Should().NotContain(static m => m.Uri!.Contains("evil", StringComparison.Ordinal)).And.HaveCount(2);
    }

    [Theory]
    [InlineData("another-uid", "ci")]
    [InlineData("u-1", "elsewhere")]
    public async Task A_pod_of_another_owner_or_namespace_is_not_looked_at(string owner, string inNamespace)
    {
        var pod = ArgoRuns.Pod();
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = owner;
        pod["metadata"]!["namespace"] = inNamespace;
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), pod);
        collected.Run!.MissingChildren.Should().Equal("Pod build-kaniko-77");
        collected.Run.Materials.Should().BeEmpty();
    }

    [Fact]
    public async Task The_pod_that_deletes_artifacts_after_the_end_is_argos_own()
    {
        var collector = ArgoRuns.Pod();
        collector["metadata"]!["name"] = "build-artgc-wfcomp-1";
        collector["metadata"]!["creationTimestamp"] = "2026-01-01T00:02:00Z";
        collector["metadata"]!["annotations"] = null;
        (await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), collector, ArgoRuns.Pod())).Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task An_image_without_a_manifest_digest_is_reported_and_left_out()
    {
        var pod = ArgoRuns.Pod();
        pod["status"]!["containerStatuses"]![0]!["imageID"] = "sha256:" + ArgoRuns.Hex('d');
        pod["status"]!["containerStatuses"]![1]!["imageID"] = "";
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), pod);
        collected.Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.StepImage, RunProblemCodes.StepImage);
        collected.Run!.Materials.Should().BeEmpty();
    }

    [Theory]
    [InlineData("phase", "\"Omitted\"")]
    [InlineData("phase", "\"Skipped\"")]
    [InlineData("phase", "\"Pending\"")]
    [InlineData("type", "\"Skipped\"")]
    [InlineData("type", "\"Suspend\"")]
    [InlineData("memoizationStatus", "{\"hit\": true, \"key\": \"k\", \"cacheName\": \"c\"}")]
    public async Task A_node_that_was_never_run_has_no_pod_to_wait_for(string member, string value)
    {
        var workflow = ArgoRuns.Workflow();
        ArgoRuns.ImageNode(workflow)[member] = JsonNode.Parse(value);
        var collected = await ArgoRuns.CollectAsync(workflow);
        collected.AwaitsChildren.Should().BeFalse();
        ArgoRuns.Codes(collected).Should().NotContain(RunProblemCodes.ChildMissing);
    }

    [Fact]
    public async Task What_a_container_recorded_in_its_termination_message_counts_too()
    {
        var pod = ArgoRuns.Pod();
        pod["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!["message"] = ArgoRuns.Record('e', "model").Replace("/app", "/model", StringComparison.Ordinal);
        var run = (await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), pod)).Run!;
        run.Artifacts.Select(static a => a.Name).Should().Equal("image", "model");
        run.Artifacts.Should().OnlyContain(static a => a.ObservedBy == Observer.Tenant);
    }

    [Fact]
    public async Task The_pod_of_an_attempt_that_failed_is_a_material_and_its_record_does_not_count()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]!["nodes"]!["build-76"] = JsonNode.Parse("""{"id": "build-76", "name": "build.image(0)", "templateName": "kaniko", "type": "Pod", "phase": "Failed"}""");
        var failed = ArgoRuns.Pod();
        failed["metadata"]!["name"] = "build-kaniko-76";
        failed["metadata"]!["annotations"]!["workflows.argoproj.io/node-id"] = "build-76";
        failed["status"]!["phase"] = "Failed";
        failed["status"]!["containerStatuses"]![0]!["state"]!["terminated"] = new JsonObject { ["exitCode"] = 1, ["message"] = ArgoRuns.Record('e') };
        var run = (await ArgoRuns.CollectAsync(workflow, failed, ArgoRuns.Pod())).Run!;
        run.Materials.Should().Contain(static m => m.Name == "nodes/image(0)/images/main");
        run.Artifacts.Should().ContainSingle().Which.Digest.ToString().Should().Contain(ArgoRuns.Hex('a'));
        run.Outcome.ExitCodes.Select(static e => $"{e.Key}={e.Value}").Should().Equal("build-kaniko-76/main=1");
    }

    [Fact]
    public void A_workflow_waits_for_pods_in_folders_and_streams_with_and_without_a_kind()
    {
        var workflow = ArgoRuns.Workflow();
        ChildRuns.MayOwn(ArgoRuns.Parse(workflow)).Should().BeTrue();
        workflow.Remove("kind");
        workflow.Remove("apiVersion");
        ChildRuns.MayOwn(ArgoRuns.Parse(workflow)).Should().BeTrue();
    }
}
