using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>Only what a step recorded with its digest is attested; everything else that looks like an output is reported.</summary>
public sealed class WorkflowRecordTests
{
    [Fact]
    public async Task What_a_step_recorded_is_a_subject()
    {
        var run = (await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), ArgoRuns.Pod())).Run!;
        var subject = RunStatement.Subjects(run).Should().ContainSingle().Which;
        subject.Name.Should().Be("registry.example.com/app");
        subject.Digest!.ContentDigest.Should().Be(Digest.Parse("sha256:" + ArgoRuns.Hex('a')));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"outputs\": [], \"outputs\": []}")]
    [InlineData("{\"outputs\": [\"\\ud800\"]}")]
    [InlineData("{\"outputs\": []} {\"outputs\": []}")]
    public async Task A_record_of_another_form_is_reported_and_not_guessed_at(string value)
    {
        var collected = await ArgoRuns.CollectAsync(WithParameter(value), ArgoRuns.Pod());
        collected.Run.Should().BeNull();
        ArgoRuns.Codes(collected).Should().Equal(RunProblemCodes.ArtifactRecord, RunProblemCodes.NoSubject);
    }

    [Theory]
    [InlineData("\"digest\":{\"sha256\":\"abc\"}")]
    [InlineData("\"digest\":{\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\"}")]
    [InlineData("\"etag\":\"d41d8cd98f00b204e9800998ecf8427e\"")]
    public async Task A_record_without_a_valid_digest_is_no_subject(string digest)
    {
        var collected = await ArgoRuns.CollectAsync(WithParameter($$"""{"outputs":[{"name":"model","buildOutput":true,"values":[{"uri":"s3://models/m",{{digest}}}]}]}"""), ArgoRuns.Pod());
        collected.Run.Should().BeNull();
        ArgoRuns.Problem(collected, RunProblemCodes.ArtifactDigest).Message.Should().Contain("node image: output \"model\"");
    }

    [Fact]
    public async Task An_artifact_of_argos_is_reported_once_however_many_nodes_have_it()
    {
        var workflow = ArgoRuns.Workflow();
        var nodes = workflow["status"]!["nodes"]!.AsObject();
        for (int i = 0; i < 3; i++)
        {
            nodes[$"build-9{i}"] = JsonNode.Parse($$$"""
                {"id": "build-9{{{i}}}", "name": "build.train({{{i}}})", "type": "Container", "phase": "Succeeded", "outputs": {"artifacts": [
                  {"name": "model", "deleted": true, "s3": {"bucket": "b", "key": "models/{{{i}}}"}},
                  {"name": "main-logs", "s3": {"key": "build/main.log"}}]} }
                """);
        }

        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Run.Should().NotBeNull("the image is attested all the same");
        ArgoRuns.Problem(collected, RunProblemCodes.ArtifactDigest).Message.Should()
            .Contain("node train(0) and 2 others: output artifact \"model\" (s3 models/0) is not attested").And.Contain("Argo has deleted it since").And.Contain("provenance-artifacts");
    }

    [Fact]
    public async Task An_artifact_that_was_recorded_under_its_name_needs_no_report()
    {
        var workflow = ArgoRuns.Workflow();
        ArgoRuns.ImageNode(workflow)["outputs"]!["artifacts"] = JsonNode.Parse("""[{"name": "image", "s3": {"key": "k"}}]""");
        (await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod())).Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_memoized_node_took_over_is_linked_and_not_claimed()
    {
        var workflow = ArgoRuns.Workflow();
        ArgoRuns.ImageNode(workflow)["memoizationStatus"] = JsonNode.Parse("""{"hit": true, "key": "v1", "cacheName": "builds"}""");
        var alone = await ArgoRuns.CollectAsync(workflow);
        alone.Run.Should().BeNull();
        ArgoRuns.Codes(alone).Should().Equal(RunProblemCodes.NoSubject);

        workflow["status"]!["nodes"]!["build-79"] = JsonNode.Parse("""{"id": "build-79", "name": "build.deploy", "type": "Plugin", "phase": "Succeeded", "outputs": {"parameters": [{"name": "provenance-artifacts"}]}}""");
        workflow["status"]!["nodes"]!["build-79"]!["outputs"]!["parameters"]![0]!["value"] = ArgoRuns.Record('f', "chart");
        var run = (await ArgoRuns.CollectAsync(workflow)).Run!;
        run.Artifacts.Select(static a => $"{a.Role} {a.Name}").Should().Equal("Subject chart", "Input image");
        run.Results.Should().ContainSingle().Which.Name.Should().Be("memoized/image");
    }

    [Theory]
    [InlineData("phase", "Skipped")]
    [InlineData("phase", "Omitted")]
    [InlineData("type", "Skipped")]
    [InlineData("type", "DAG")]
    [InlineData("type", "Suspend")]
    public async Task A_node_that_made_nothing_itself_is_not_read(string member, string value)
    {
        var workflow = ArgoRuns.Workflow();
        ArgoRuns.ImageNode(workflow)[member] = value;
        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Run.Should().BeNull();
        ArgoRuns.Codes(collected).Should().Equal(RunProblemCodes.NoSubject);
    }

    [Fact]
    public async Task What_an_attempt_left_behind_that_failed_is_reported_and_not_read()
    {
        var workflow = ArgoRuns.Workflow();
        var attempt = ArgoRuns.ImageNode(workflow).DeepClone();
        (attempt["id"], attempt["name"], attempt["phase"]) = ("build-76", "build.image(0)", "Failed");
        attempt["outputs"]!["parameters"]![0]!["value"] = ArgoRuns.Record('e');
        workflow["status"]!["nodes"]!["build-76"] = attempt;
        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        RunStatement.Subjects(collected.Run!).Should().ContainSingle().Which.Digest!.ContentDigest.Should().Be(Digest.Parse("sha256:" + ArgoRuns.Hex('a')));
        ArgoRuns.Problem(collected, RunProblemCodes.ArtifactRecord).Message.Should().Contain("node image(0): it did not succeed");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("brotli")]
    [InlineData("zstd")]
    public async Task Packed_nodes_are_read_as_plain_ones(string algorithm)
    {
        var workflow = ArgoRuns.Workflow();
        byte[] packed = Pack(algorithm, Encoding.UTF8.GetBytes(workflow["status"]!["nodes"]!.ToJsonString()));
        workflow["status"]!["nodes"] = null;
        workflow["status"]!["compressedNodes"] = Convert.ToBase64String(packed);
        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Problems.Should().BeEmpty();
        var plain = await ArgoRuns.CollectAsync(ArgoRuns.Workflow(), ArgoRuns.Pod());
        Statement(collected).Should().Equal(Statement(plain));
    }

    [Theory]
    [InlineData("compressedNodes", "no base64!")]
    [InlineData("compressedNodes", "AAAA")]
    [InlineData("compressedNodes", "KLUv/QRYAQAA")]
    [InlineData("offloadNodeStatusVersion", "fnv:1")]
    public async Task Nodes_that_cannot_be_had_are_incomplete_evidence_and_not_a_run_without_artifacts(string member, string value)
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]!["nodes"] = new JsonObject();
        workflow["status"]![member] = value;
        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Run.Should().BeNull();
        ArgoRuns.Codes(collected).Should().Equal(RunProblemCodes.EvidenceIncomplete);
    }

    [Fact]
    public async Task Offloaded_nodes_that_the_server_put_back_are_enough()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["status"]!["offloadNodeStatusVersion"] = "fnv:1";
        (await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod())).Run.Should().NotBeNull();
    }

    [Fact]
    public async Task What_was_run_is_the_stored_template_where_there_is_one()
    {
        var workflow = ArgoRuns.Workflow();
        var own = (await ArgoRuns.CollectAsync(workflow)).Run!;
        own.Definition!.EntryPoint.Should().Be("main");
        own.Definition.Digest.ContentDigest.Should().Be(Digest.Of(CanonicalJson.Of(ArgoRuns.Parse(workflow["spec"]!).Root)));
        own.Parameters.Select(static p => p.Name).Should().Equal("branch");
        own.Settings.Select(static s => s.Name).Should().Equal("serviceAccountName");

        workflow["spec"]!["workflowTemplateRef"] = new JsonObject { ["name"] = "release" };
        workflow["status"]!["storedWorkflowTemplateSpec"] = JsonNode.Parse("""{"templates": [], "entrypoint": "other"}""");
        workflow["status"]!["storedTemplates"] = JsonNode.Parse("""{"namespaced/lib/kaniko": {"name": "kaniko"}}""");
        var stored = (await ArgoRuns.CollectAsync(workflow)).Run!;
        stored.Definition!.Digest.ContentDigest.Should().Be(Digest.Of("""{"entrypoint":"other","templates":[]}"""u8));
        stored.Definition.Reference!.Value.GetRawText().Should().Contain("release");
        stored.Materials.Should().ContainSingle(static m => m.Name == "templates/namespaced/lib/kaniko").Which.Digest!.ContentDigest.Should().Be(Digest.Of("""{"name":"kaniko"}"""u8));
    }

    [Fact]
    public async Task A_run_of_kubeflow_pipelines_says_which_pipeline_and_run_it_was()
    {
        var workflow = ArgoRuns.Workflow();
        workflow["metadata"]!["labels"]!["pipeline/runid"] = "2f9a3d50";
        workflow["metadata"]!["annotations"]!["pipelines.kubeflow.org/pipeline_spec"] = "{\"description\": \"d\", \"name\": \"Train\"}";
        workflow["metadata"]!["annotations"]!["pipelines.kubeflow.org/run_name"] = "Run of train";
        (await ArgoRuns.CollectAsync(workflow)).Run!.Environment.Select(static e => $"{e.Name}={e.Value}").Should().Equal("kfpRunId=2f9a3d50", "kfpRunName=Run of train", "kfpPipeline=Train");
    }

    private static JsonObject WithParameter(string value)
    {
        var workflow = ArgoRuns.Workflow();
        ArgoRuns.ImageNode(workflow)["outputs"]!["parameters"]![0]!["value"] = value;
        return workflow;
    }

    [Fact]
    public async Task A_workflow_of_very_many_faulty_nodes_is_reported_within_bounds()
    {
        var workflow = ArgoRuns.Workflow();
        var nodes = workflow["status"]!["nodes"]!.AsObject();
        for (int i = 0; i < 20000; i++)
        {
            nodes[$"n-{i}"] = JsonNode.Parse($$$"""{"name": "build.n({{{i}}})", "type": "Pod", "phase": "Failed", "memoizationStatus": {"hit": {{{(i % 2 is 0 ? "true" : "false")}}} }, "outputs": {"parameters": [{"name": "provenance-artifacts", "value": "x"}]} }""");
        }

        var collected = await ArgoRuns.CollectAsync(workflow, ArgoRuns.Pod());
        collected.Problems.Count.Should().Be(1001);
        collected.Run!.MissingChildren.Should().HaveCount(1001).And.EndWith("Pod (9000 more)");
        collected.Run.Results.Should().HaveCount(1000);
        Statement(collected).Length.Should().BeLessThan(1 << 20);
    }

    /// <summary>Packs bytes; as Zstandard in plain blocks, which is valid if not small.</summary>
    private static byte[] Pack(string algorithm, byte[] plain)
    {
        using var packed = new MemoryStream();
        if (algorithm is "zstd")
        {
            int header = (plain.Length << 3) | 1;
            packed.Write([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, (byte)header, (byte)(header >> 8), (byte)(header >> 16), .. plain]);
            return packed.ToArray();
        }

        using (Stream stream = algorithm is "gzip" ? new GZipStream(packed, CompressionMode.Compress) : new BrotliStream(packed, CompressionMode.Compress))
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }

    private static byte[] Statement(CollectedRun collected) => RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), "https://ci.example.com");
}
