using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Tests.Runs.Tekton;

public sealed class RecordedArtifactTests
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("buildOutput: true")]
    [InlineData("isBuildArtifact: true")]
    [InlineData("subject: true")]
    [InlineData("buildOutput: \"true\"")]
    public async Task Collect_takes_an_output_with_any_of_the_flags_for_a_subject(string flag)
    {
        var collected = await TestRuns.CollectAsync(TaskRun($"outputs: [{{name: image, {flag}, values: [{Value()}]}}]"));
        collected.Run!.Artifacts.Should().ContainSingle().Which.Role.Should().Be(ArtifactRole.Subject);
    }

    [Theory]
    [InlineData("buildOutput: false")]
    [InlineData("buildOutput: \"yes\"")]
    [InlineData("build: true")]
    public async Task Collect_takes_an_output_without_a_flag_for_no_subject(string flag)
    {
        var collected = await TestRuns.CollectAsync(TaskRun($"outputs: [{{name: image, {flag}, values: [{Value()}]}}]"));
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.NoSubject);
    }

    [Fact]
    public async Task Collect_reads_the_merged_list_of_the_task_without_repeating_the_steps_records()
    {
        var collected = await TestRuns.CollectAsync(TaskRun(
            $"outputs: [{{name: image, values: [{Value()}]}}]",
            $"artifacts: {{inputs: [{{name: base, values: [{Value("oci://registry.example.com/base")}]}}], outputs: [{{name: image, buildOutput: true, values: [{Value()}]}}]}}"));
        collected.Run!.Artifacts.Select(static a => (a.Name, a.Role)).Should().Equal(("image", ArtifactRole.Subject), ("base", ArtifactRole.Input));
    }

    [Theory]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: {sha256: abc}}", RunProblemCodes.ArtifactDigest, "3 characters where 64 are needed")]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: {sha256: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}}", RunProblemCodes.ArtifactDigest, "not lower-case hexadecimal")]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: {md5: abc}}", RunProblemCodes.ArtifactDigest, "no accepted digest algorithm")]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: {}}", RunProblemCodes.ArtifactDigest, "it has no digest")]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: 'sha256:abc'}", RunProblemCodes.ArtifactDigest, "no map of algorithm")]
    [InlineData("{uri: 'oci://registry.example.com/app', digest: {sha256: 5}}", RunProblemCodes.ArtifactDigest, "is no text")]
    [InlineData("{uri: 'oci://registry.example.com/app'}", RunProblemCodes.ArtifactDigest, "it has no digest")]
    [InlineData("{digest: {sha256: '" + Hex + "'}}", RunProblemCodes.ArtifactUri, "it has no URI")]
    [InlineData("{uri: app, digest: {sha256: '" + Hex + "'}}", RunProblemCodes.ArtifactUri, "neither an absolute URI")]
    [InlineData("{uri: 'oci://registry.example.com/app@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', digest: {sha256: '" + Hex + "'}}", RunProblemCodes.ArtifactDigest, "its URI says")]
    [InlineData("{uri: 'git+https://example.com/x', digest: {sha1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}}", RunProblemCodes.SubjectWeakDigest, "no digest that stands for its content")]
    public async Task Collect_reports_a_malformed_subject_by_run_step_and_artifact(string value, string code, string expected)
    {
        var collected = await TestRuns.CollectAsync(TaskRun($"outputs: [{{name: image, buildOutput: true, values: [{value}]}}]"));
        collected.Run.Should().BeNull("what is malformed never becomes a subject");
        collected.Problems.Should().ContainSingle(p => p.Code == code).Which.Message.Should()
            .Contain("TaskRun ns/build").And.Contain("step make").And.Contain("output \"image\"").And.Contain(expected);
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.NoSubject);
    }

    [Fact]
    public async Task Collect_keeps_the_good_subject_beside_the_malformed_one()
    {
        var collected = await TestRuns.CollectAsync(TaskRun($"outputs: [{{name: image, buildOutput: true, values: [{{uri: 'oci://r.example.com/bad', digest: {{sha256: abc}}}}, {Value()}]}}]"));
        collected.Run!.Artifacts.Should().ContainSingle().Which.Uri.SubjectName.Should().Be("registry.example.com/app");
        collected.Run.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.ArtifactDigest);
    }

    [Theory]
    [InlineData("outputs: {}", "its outputs are no list")]
    [InlineData("outputs: [{values: []}]", "no record with a name and values")]
    [InlineData("outputs: [{name: image, values: {}}]", "no record with a name and values")]
    [InlineData("outputs: [text]", "no record with a name and values")]
    [InlineData("outputs: [{name: image, buildOutput: true, values: []}]", "has no value")]
    public async Task Collect_reports_records_of_another_form(string outputs, string expected)
    {
        var collected = await TestRuns.CollectAsync(TaskRun(outputs));
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.ArtifactRecord).Which.Message.Should().Contain("step make").And.Contain(expected);
    }

    [Fact]
    public async Task Collect_refuses_more_subjects_than_a_statement_may_have()
    {
        var values = string.Join(", ", Enumerable.Range(0, 1025).Select(static i => $"{{uri: 'https://example.com/{i}', digest: {{sha256: '{Hex}'}}}}"));
        var collected = await TestRuns.CollectAsync(TaskRun($"outputs: [{{name: all, buildOutput: true, values: [{values}]}}]"));
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.TooManySubjects);
    }

    [Fact]
    public async Task Collect_never_reads_the_earlier_attempts_of_a_run()
    {
        var collected = await TestRuns.CollectAsync(TaskRun("outputs: []", $"retriesStatus: [{{steps: [{{name: make, outputs: [{{name: image, buildOutput: true, values: [{Value()}]}}]}}]}}]"));
        collected.Run.Should().BeNull();
    }

    [Fact]
    public async Task Collect_leaves_artifacts_between_the_tasks_of_a_pipeline_out_of_its_dependencies()
    {
        string tree = $"[{{name: tree, values: [{Value("file:///tree")}]}}]";
        string run = $$"""
            apiVersion: tekton.dev/v1
            kind: PipelineRun
            metadata: {name: all, namespace: ns, uid: p-1}
            status:
              completionTime: "2026-01-01T00:00:00Z"
              conditions: [{type: Succeeded, status: "True"}]
              childReferences: [{kind: TaskRun, name: one}, {kind: TaskRun, name: two}, {kind: CustomRun, name: approve}]
            ---
            {{Child("one", $"outputs: {tree}")}}
            ---
            {{Child("two", $"inputs: {tree}, outputs: [{{name: image, buildOutput: true, values: [{Value(digit: 'b')}]}}]")}}
            ---
            {{Child("stranger", $"outputs: [{{name: evil, buildOutput: true, values: [{Value(digit: 'e')}]}}]")}}
            """;
        var collected = await TestRuns.CollectAsync(run);
        collected.Run!.Artifacts.Select(static a => (a.Name, a.Role)).Should().BeEquivalentTo([("tree", ArtifactRole.Output), ("image", ArtifactRole.Subject)], "what nobody listed as a child does not count");
        collected.Run.MissingChildren.Should().Equal("CustomRun approve");
        collected.AwaitsChildren.Should().BeFalse("a CustomRun records no artifacts that could still turn up");
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.ChildMissing);
    }

    /// <summary>A TaskRun of the PipelineRun, in one line of flow style.</summary>
    private static string Child(string name, string records) =>
        $$"""
        {apiVersion: tekton.dev/v1, kind: TaskRun, metadata: {name: {{name}}, namespace: ns, uid: u-{{name}}, ownerReferences: [{uid: p-1}]},
         status: {completionTime: "2026-01-01T00:00:00Z", conditions: [{type: Succeeded, status: "True"}],
                  steps: [{name: make, imageID: 'registry.example.com/tools@sha256:{{Hex}}', {{records}} }] } }
        """;

    private static string Value(string uri = "oci://registry.example.com/app", char digit = 'a') => $"{{uri: '{uri}', digest: {{sha256: '{new string(digit, 64)}'}}}}";

    private static string TaskRun(string records, string status = "podName: pod") => $$"""
        apiVersion: tekton.dev/v1
        kind: TaskRun
        metadata: {name: build, namespace: ns, uid: u-1}
        status:
          completionTime: "2026-01-01T00:00:00Z"
          conditions: [{type: Succeeded, status: "True"}]
          {{status}}
          steps:
          - name: make
            imageID: registry.example.com/tools@sha256:{{Hex}}
            {{records}}
        """;
}
