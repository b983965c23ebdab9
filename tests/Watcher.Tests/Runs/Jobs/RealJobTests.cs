using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Tests.Runs.Jobs;

/// <summary>Every file of the test data comes out as it should, and none throws.</summary>
public sealed class RealJobTests
{
    private const string Job = "job/derived/";

    [Theory]
    [InlineData("job/headlamp-job-0.json", RunState.Succeeded, "2023-07-28T08:01:00Z")]
    [InlineData(Job + "job-complete-1.31.json", RunState.Succeeded, "2026-05-04T10:04:00Z")]
    [InlineData(Job + "job-success-criteria-met-NOT-DONE.json", RunState.NotDone, null)]
    [InlineData(Job + "job-failed-deadline.json", RunState.TimedOut, "2026-05-04T10:09:00Z")]
    [InlineData(Job + "job-indexed-3-of-4.json", RunState.Failed, "2026-05-04T10:09:00Z")]
    [InlineData(Job + "job-suspended-NOT-DONE.json", RunState.NotDone, null)]
    [InlineData(Job + "job-managed-by-multikueue.json", RunState.Succeeded, "2026-05-04T10:04:00Z")]
    [InlineData(Job + "job-ttl0-deleting.json", RunState.Succeeded, "2026-05-04T10:04:00Z")]
    public async Task A_job_is_over_when_it_is_complete_or_failed_and_not_before(string name, RunState expected, string? end)
    {
        var document = AllKinds.Read(name).Should().ContainSingle().Which;
        var collected = await AllKinds.CollectAsync(document, []);
        collected.Outcome.State.Should().Be(expected);
        collected.Run.Should().BeNull("nothing was recorded, or its Pods are not at hand");
        AllKinds.MayBeOver(document).Should().Be(expected is not RunState.NotDone);

        // With a Pod that recorded something, the run is what its status says.
        string uid = document.Root.GetProperty("metadata").GetProperty("uid").GetString()!;
        string created = document.Root.GetProperty("metadata").GetProperty("creationTimestamp").GetString()!;
        string pod = PodYaml.Pod("p", uid, PodYaml.Record(), created: created).Replace("namespace: ml", $"namespace: {document.Root.GetProperty("metadata").GetProperty("namespace").GetString()}", StringComparison.Ordinal);
        var attested = await AllKinds.CollectAsync(document, TestRuns.Parse(pod), AllKinds.Unsuccessful);
        (attested.Run is null).Should().Be(expected is RunState.NotDone);
        attested.Run?.FinishedOn.Should().Be(DateTimeOffset.Parse(end!, System.Globalization.CultureInfo.InvariantCulture));
        attested.Run?.Identity.InvocationId.Should().Contain("apis/batch/v1/namespaces/").And.EndWith("@" + uid);
    }

    [Theory]
    [InlineData("job/pod-of-tekton-taskrun.json")]
    [InlineData(Job + "pod-succeeded-message.json")]
    [InlineData(Job + "pod-imageid-local-only.json")]
    [InlineData(Job + "pod-evicted.json")]
    [InlineData(Job + "pod-init-and-sidecar.json")]
    [InlineData(Job + "pod-container-status-unknown.json")]
    public async Task A_pod_that_another_run_owns_is_no_run_of_its_own(string name)
    {
        var collected = await AllKinds.CollectAsync(AllKinds.Read(name)[0], []);
        collected.IsCompanion.Should().BeTrue();
        collected.Identity.Should().BeNull();
        collected.Run.Should().BeNull();
        collected.Problems.Should().BeEmpty("a cluster is full of such Pods");
    }

    [Theory]
    [InlineData("pod-succeeded-message.json", "images/train=oci://registry.example/train", "outputs/model")]
    [InlineData("pod-init-and-sidecar.json", "images/init/fetch=oci://registry.example/fetch sidecars/injector=oci://registry.example/injector images/train=oci://registry.example/train", "inputs/data")]
    public async Task The_images_and_records_of_a_job_come_from_its_pods(string name, string materials, string record)
    {
        var collected = await CollectWithPodAsync(name);
        string.Join(' ', collected.Run!.Materials.Select(static m => $"{m.Name}={m.Uri}")).Should().Be("images/train=oci://registry.example.com/train " + materials);
        collected.Run.Materials.Should().OnlyContain(static m => m.Annotations!.Contains(new KeyValuePair<string, string>("observedBy", "controlPlane")));
        AllKinds.StatementOf(collected).Should().Contain($"\"name\":\"{record}\"");
    }

    [Theory]
    [InlineData("pod-imageid-local-only.json", "local id only (sha256:cccc")]
    [InlineData("pod-container-status-unknown.json", "no image was recorded")]
    [InlineData("pod-evicted.json", "train-ok-x7 has no container statuses (Evicted)")]
    public async Task A_pod_that_says_nothing_certain_about_its_image_is_reported(string name, string expected)
    {
        var collected = await CollectWithPodAsync(name);
        collected.Run!.Materials.Should().ContainSingle("only the other Pod's image is certain");
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.StepImage).Which.Message.Should().Contain("Job ml/train-ok").And.Contain(expected);
    }

    [Fact]
    public void The_tables_name_every_file_of_the_test_data() =>
        GetType().GetMethods().SelectMany(static m => m.GetCustomAttributes(typeof(InlineDataAttribute), false))
            .Select(static a => (string)((InlineDataAttribute)a).GetData(null!).Single()[0]!).Where(static n => n.StartsWith("job/", StringComparison.Ordinal))
            .Should().BeEquivalentTo(AllKinds.FilesOf("job"));

    /// <summary>The complete Job with a good Pod, and the Pod of the file beside it.</summary>
    private static Task<Watcher.Runs.CollectedRun> CollectWithPodAsync(string name)
    {
        var good = TestRuns.Parse(PodYaml.Pod("a-good-one", "0d7b6a0e-2f0c-4a5e-9a0e-3f2f9b6d1001", PodYaml.Record("image")));
        return AllKinds.CollectAsync(AllKinds.Read(Job + "job-complete-1.31.json")[0], [.. good, .. AllKinds.Read(Job + name)]);
    }
}
