using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Tests.Runs.Jobs;

/// <summary>Pods that nobody owns, and that ask to be attested.</summary>
public sealed class PodTests
{
    private const string Asks = "annotations: {provenance.dev/attest: \"true\"}";

    [Fact]
    public async Task A_pod_that_recorded_something_is_attested()
    {
        var collected = await AllKinds.CollectAsync(PodYaml.Pod("bare", owner: null, PodYaml.Record()));
        var run = collected.Run!;
        run.Identity.InvocationId.Should().Be("apis/v1/namespaces/ml/pods/bare@uid-of-bare");
        run.Outcome.Should().Match<RunOutcome>(static o => o.State == RunState.Succeeded && o.Reason == "Succeeded");
        run.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 3, 59, TimeSpan.Zero));
        run.Materials.Should().ContainSingle().Which.Uri.Should().Be("oci://registry.example.com/train");
        run.Definition!.Digest.Find("sha256").Should().HaveLength(64);
        collected.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("annotations: {}", "all is well", true)]
    [InlineData("annotations: {provenance.dev/attest: \"false\"}", "{\"level\": \"info\", \"outputs\": 3}", true)]
    [InlineData("annotations: {provenance.dev/attest: \"yes\"}", "", true)]
    [InlineData(Asks, "all is well", false)]
    public async Task A_pod_that_neither_recorded_nor_asks_is_passed_over_in_silence(string metadata, string message, bool passedOver)
    {
        var collected = await AllKinds.CollectAsync(PodYaml.Pod("bare", owner: null, message, metadata: metadata));
        collected.IsCompanion.Should().Be(passedOver);
        collected.Problems.Select(static p => p.Code).Should().Equal(passedOver ? [] : [RunProblemCodes.NoSubject]);
    }

    [Theory]
    [InlineData("Failed", "exitCode: 1, reason: Error", RunState.Failed, "Error")]
    [InlineData("Failed", "exitCode: 137, reason: OOMKilled", RunState.Failed, "OOMKilled")]
    [InlineData("Succeeded", "exitCode: 0, reason: OOMKilled", RunState.Failed, "OOMKilled")]
    [InlineData("Failed", "exitCode: 137, reason: ContainerStatusUnknown", RunState.Failed, "ContainerStatusUnknown")]
    [InlineData("Succeeded", "exitCode: 0, reason: Completed", RunState.Succeeded, "Succeeded")]
    [InlineData("Running", "exitCode: 0, reason: Completed", RunState.NotDone, "Running")]
    [InlineData("Pending", "exitCode: 0", RunState.NotDone, "Pending")]
    [InlineData("Unknown", "exitCode: 0", RunState.NotDone, "Unknown")]
    public async Task The_phase_says_how_a_pod_ended_unless_a_container_was_lost(string phase, string terminated, RunState expected, string reason)
    {
        string text = PodYaml.Pod("bare", owner: null, PodYaml.Record(), phase, terminated: terminated);
        var collected = await AllKinds.CollectAsync(text, AllKinds.Unsuccessful);
        collected.Outcome.State.Should().Be(expected);
        collected.Outcome.Reason.Should().Be(reason);
        AllKinds.MayBeOver(TestRuns.Parse(text)[0]).Should().Be(expected is not RunState.NotDone);
        (collected.Run is null).Should().Be(expected is RunState.NotDone);
    }

    [Fact]
    public async Task An_evicted_pod_is_a_failed_run_of_which_nothing_is_known()
    {
        var collected = await AllKinds.CollectAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: bare, namespace: ml, uid: p-1, annotations: {provenance.dev/attest: "true"}}
            status: {phase: Failed, reason: Evicted, containerStatuses: []}
            """, AllKinds.Unsuccessful);
        collected.Outcome.Should().Match<RunOutcome>(static o => o.State == RunState.Failed && o.Reason == "Evicted");
        collected.Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.StepImage, RunProblemCodes.NoSubject);
    }

    [Theory]
    [InlineData("ownerReferences: [{uid: x, controller: true}]", "phase: Succeeded", true)]
    [InlineData("ownerReferences: [{uid: x}]", "phase: Failed", true)]
    [InlineData("ownerReferences: [{uid: x}]", "phase: Running", false)]
    [InlineData("deletionTimestamp: \"2026-05-04T10:00:00Z\"\n  ownerReferences: [{uid: x}]", "phase: Running", true)]
    [InlineData("deletionTimestamp: \"2026-05-04T10:00:00Z\"", "phase: Running", false)]
    public void A_pod_with_an_owner_is_handed_on_to_be_kept_for_it_and_is_no_run(string metadata, string phase, bool handedOn)
    {
        string text = PodYaml.Pod("p", owner: null, PodYaml.Record()).Replace("ownerReferences: []", metadata, StringComparison.Ordinal).Replace("phase: Succeeded", phase, StringComparison.Ordinal);
        var document = TestRuns.Parse(text)[0];
        var head = Watcher.Runs.ObjectHead.Read(System.Text.Encoding.UTF8.GetBytes(document.Root.GetRawText()));
        new Watcher.Runs.Jobs.PodKind().MayBeOver(in head).Should().Be(handedOn);
        new Watcher.Runs.Jobs.PodKind().Recognises(document).Should().Be(!metadata.Contains("owner", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_debug_container_that_was_put_into_the_pod_is_among_the_images()
    {
        string text = PodYaml.Pod("bare", owner: null, PodYaml.Record()).TrimEnd() + $"\n  ephemeralContainerStatuses: [{{name: debugger, imageID: 'docker-pullable://registry.example.com/debug@sha256:{AllKinds.Hex}'}}]\n";
        (await AllKinds.CollectAsync(text)).Run!.Materials.Select(static m => $"{m.Name} {m.Uri}").Should().Equal("images/train oci://registry.example.com/train", "images/ephemeral/debugger oci://registry.example.com/debug");
    }

    [Fact]
    public async Task A_malformed_record_is_reported_with_its_container()
    {
        var collected = await AllKinds.CollectAsync(PodYaml.Pod("bare", owner: null, """{"outputs": [{"name": "model", "buildOutput": true, "values": [{"uri": "oci://registry.example.com/m", "digest": {"sha256": "abc"}}]}]}"""));
        collected.Run.Should().BeNull();
        collected.Problems[0].Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.ArtifactDigest && p.Message.Contains("Pod ml/bare: container train of Pod bare: output \"model\"", StringComparison.Ordinal));
    }
}
