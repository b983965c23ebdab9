using System.Text;
using System.Text.RegularExpressions;
using Provenance.Attestor.Runs;
using Provenance.Testing;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Mapped;
using Provenance.Watcher.Tests.Runs.Jobs;

namespace Provenance.Watcher.Tests.Runs.Mapped;

public sealed class MappedRunTests
{
    private const string Succeeded = "jobStatus: SUCCEEDED, failed: 1, startTime: \"2026-05-04T10:00:00Z\", endTime: \"2026-05-04T10:04:00Z\"";

    [Fact]
    public async Task A_run_of_a_mapped_kind_is_attested_from_its_status_and_its_pods()
    {
        var run = (await CollectAsync(RayJob(Succeeded) + PodYaml.Pod("p", "r-1", PodYaml.Record("checkpoint", 'c')))).Run!;
        run.Identity.InvocationId.Should().Be("apis/ray.io/v1/namespaces/ml/rayjobs/train@r-1#1");
        run.BuildType.Should().Be("https://provenance.dev/buildtypes/mapped/v1");
        run.Artifacts.Select(static a => (a.Name, a.Role)).Should().Equal(("model", ArtifactRole.Subject), ("checkpoint", ArtifactRole.Subject));
        run.Parameters.Select(static p => $"{p.Name}={p.Value.GetRawText()}").Should().Equal("epochs=3", "data=\"s3://set\"");
        run.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 4, 0, TimeSpan.Zero));
        run.StartedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 0, 0, TimeSpan.Zero));
        run.Materials.Should().ContainSingle().Which.Name.Should().Be("images/train");
        run.Environment.Should().ContainSingle().Which.Value.GetProperty("sha256").GetString().Should().HaveLength(64);
        run.Definition!.Digest.Find("sha256").Should().HaveLength(64);
    }

    [Theory]
    [InlineData("SUCCEEDED", RunState.Succeeded)]
    [InlineData("STOPPED", RunState.Failed)]
    [InlineData("RUNNING", RunState.NotDone)]
    [InlineData("succeeded", RunState.NotDone)]
    [InlineData("", RunState.NotDone)]
    public async Task The_phase_says_how_a_run_ended(string phase, RunState expected)
    {
        var collected = await CollectAsync(RayJob(Succeeded.Replace("SUCCEEDED", $"'{phase}'", StringComparison.Ordinal)), AllKinds.Unsuccessful);
        collected.Outcome.State.Should().Be(expected);
        (collected.Run is null).Should().Be(expected is RunState.NotDone);
    }

    [Theory]
    [InlineData("{type: Complete, status: \"True\"}", RunState.Succeeded, true)]
    [InlineData("{type: Ready, status: \"False\"}", RunState.Failed, true)]
    [InlineData("{type: Complete, status: \"True\"}, {type: Ready, status: \"False\"}", RunState.Failed, true)]
    [InlineData("{type: Complete, status: \"False\"}", RunState.NotDone, false)]
    [InlineData("{type: Ready, status: \"True\"}", RunState.NotDone, false)]
    public async Task Conditions_say_how_a_run_ended_where_there_is_no_phase(string conditions, RunState expected, bool mayBeOver)
    {
        var kind = Load(MappedYaml.RayJob.Replace("    phasePath: status.jobStatus\n", "", StringComparison.Ordinal)
            .Replace("[SUCCEEDED]", "[Complete]", StringComparison.Ordinal).Replace("[FAILED, STOPPED]", "[Ready=False]", StringComparison.Ordinal));
        string text = RayJob($"conditions: [{conditions}]");
        (await AllKinds.CollectAsync(text, AllKinds.Unsuccessful, [kind])).Outcome.State.Should().Be(expected);
        MayBeOver(kind, text).Should().Be(mayBeOver);
    }

    [Theory]
    [InlineData("status.phase", "phase: SUCCEEDED", true)]
    [InlineData("status.phase", "phase: RUNNING", false)]
    [InlineData("status.jobStatus", "jobStatus: RUNNING", true)]
    public void The_head_drops_a_run_only_where_it_knows_the_phase(string path, string status, bool expected) =>
        MayBeOver(Load(MappedYaml.RayJob.Replace("status.jobStatus", path, StringComparison.Ordinal)), RayJob(status)).Should().Be(expected);

    [Fact]
    public async Task Pods_that_are_not_at_hand_are_waited_for_and_listed()
    {
        var collected = await CollectAsync(RayJob(Succeeded));
        collected.AwaitsChildren.Should().BeTrue();
        collected.Run!.MissingChildren.Should().Equal("Pod (none at hand)");
    }

    [Theory]
    [InlineData("{outputs: {}}")]
    [InlineData("5")]
    [InlineData("\"text\"")]
    [InlineData("{outputs: [], more: 1}")]
    public async Task What_stands_in_the_place_of_a_record_and_is_none_is_reported(string record)
    {
        var collected = await CollectAsync(RayJob(Succeeded, record) + PodYaml.Pod("p", "r-1"));
        collected.Run.Should().BeNull();
        collected.Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.ArtifactRecord, RunProblemCodes.NoSubject);
        collected.Problems[0].Message.Should().Contain("RayJob ml/train: status.outputs[*].record: what stands there is no record");
    }

    [Fact]
    public async Task A_record_may_stand_there_as_text()
    {
        var collected = await CollectAsync(RayJob(Succeeded, System.Text.Json.JsonSerializer.Serialize(PodYaml.Record("text"))) + PodYaml.Pod("p", "r-1"));
        collected.Run!.Artifacts.Should().ContainSingle().Which.Name.Should().Be("text");
    }

    [Fact]
    public async Task A_version_that_the_mapping_does_not_name_is_not_read()
    {
        var collected = await CollectAsync(RayJob(Succeeded).Replace("ray.io/v1", "ray.io/v2", StringComparison.Ordinal));
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.UnknownKind);
    }

    [Fact]
    public void The_page_shows_the_mapping_that_is_tested_here() =>
        Regex.Match(File.ReadAllText(Repository.PathOf("docs", "run-kinds.md")), "```yaml\n(apiVersion.*?)```", RegexOptions.Singleline).Groups[1].Value.Should().Be(MappedYaml.RayJob);

    private static Task<CollectedRun> CollectAsync(string text, CollectOptions? options = null) => AllKinds.CollectAsync(text, options, [Load(MappedYaml.RayJob)]);

    private static IRunKind Load(string text) => RunKindFile.Parse(Encoding.UTF8.GetBytes(text), "ray.yaml").Single();

    private static bool MayBeOver(IRunKind kind, string text)
    {
        var head = ObjectHead.Read(Encoding.UTF8.GetBytes(TestRuns.Parse(text)[0].Root.GetRawText()));
        return kind.MayBeOver(in head);
    }

    private static string RayJob(string status, string? record = null) => $$"""
        apiVersion: ray.io/v1
        kind: RayJob
        metadata: {name: train, namespace: ml, uid: r-1}
        spec: {entrypoint: python train.py, runtimeParameters: {epochs: 3, data: "s3://set"} }
        status: { outputs: [{record: {{record ?? PodYaml.Record()}} }, {other: 1}], {{status}} }

        """;
}
