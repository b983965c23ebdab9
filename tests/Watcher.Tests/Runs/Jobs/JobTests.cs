using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;

namespace Provenance.Watcher.Tests.Runs.Jobs;

public sealed class JobTests
{
    private const string Complete = "startTime: \"2026-05-04T10:00:00Z\", completionTime: \"2026-05-04T10:04:00Z\", succeeded: 1, conditions: [{type: Complete, status: \"True\", lastTransitionTime: \"2026-05-04T10:05:00Z\"}]";
    private const string Failed = "failedIndexes: \"1\", succeeded: 1, failed: 1, conditions: [{type: FailureTarget, status: \"True\"}, {type: Failed, status: \"True\", reason: FailedIndexes, lastTransitionTime: \"2026-05-04T10:09:00Z\"}]";

    [Fact]
    public async Task A_job_is_attested_from_what_its_pods_recorded()
    {
        var run = (await AllKinds.CollectAsync(Job(Complete) + PodYaml.Pod("p", message: PodYaml.Record()))).Run!;
        run.BuildType.Should().Be("https://provenance.dev/buildtypes/job/v1");
        run.Identity.InvocationId.Should().Be("apis/batch/v1/namespaces/ml/jobs/train@j-1");
        run.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 4, 0, TimeSpan.Zero));
        RunStatement.Subjects(run).Should().ContainSingle().Which.Name.Should().Be("registry.example.com/model");
        run.Materials.Should().ContainSingle().Which.Name.Should().Be("images/train");
        run.Settings.Select(static s => s.Name).Should().Equal("backoffLimit");
        run.Environment.Should().ContainSingle(static e => e.Name == "owner");
        run.MissingChildren.Should().BeEmpty();
        run.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("conditions: [{type: SuccessCriteriaMet, status: \"True\"}]")]
    [InlineData("conditions: [{type: FailureTarget, status: \"True\"}]")]
    [InlineData("conditions: [{type: Suspended, status: \"True\"}]")]
    [InlineData("conditions: [{type: Complete, status: \"False\"}, {type: Failed, status: Unknown}]")]
    [InlineData("completionTime: \"2026-05-04T10:04:00Z\", succeeded: 1")]
    [InlineData("conditions: {}")]
    public async Task A_job_without_its_last_condition_is_not_over(string status)
    {
        string text = Job(status) + PodYaml.Pod("p", message: PodYaml.Record());
        var collected = await AllKinds.CollectAsync(text, AllKinds.Unsuccessful);
        collected.Outcome.State.Should().Be(RunState.NotDone);
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.NotDone);
        AllKinds.MayBeOver(TestRuns.Parse(text)[0]).Should().BeFalse();
    }

    [Fact]
    public async Task An_indexed_job_with_a_failed_index_keeps_the_artifacts_of_the_others_when_it_is_asked_for()
    {
        string text = Job(Failed) + PodYaml.Pod("p-0", message: PodYaml.Record("zero")) + PodYaml.Pod("p-1", message: PodYaml.Record("one"), phase: "Failed", terminated: "exitCode: 3, reason: Error");
        (await AllKinds.CollectAsync(text)).Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.NotSucceeded);
        var run = (await AllKinds.CollectAsync(text, AllKinds.Unsuccessful)).Run!;
        run.Artifacts.Should().ContainSingle("what an index that failed left behind is no output").Which.Name.Should().Be("zero");
        run.Outcome.Should().Match<RunOutcome>(static o => o.StateName == "failed" && o.Reason == "FailedIndexes");
        run.Outcome.ExitCodes.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create("p-1/train", 3));
        run.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 9, 0, TimeSpan.Zero), "a failed Job has no completionTime");
        run.Environment.Should().Contain(static e => e.Name == "failedIndexes");
    }

    [Fact]
    public async Task Pods_that_are_not_at_hand_are_waited_for_and_then_listed()
    {
        var collected = await AllKinds.CollectAsync(Job(Complete.Replace("succeeded: 1", "succeeded: 3", StringComparison.Ordinal)) + PodYaml.Pod("p", message: PodYaml.Record()));
        collected.AwaitsChildren.Should().BeTrue();
        collected.Run!.MissingChildren.Should().Equal("Pod (2 of 3)");
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.ChildMissing && p.Message.Contains("2 of its 3 Pods are not at hand", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_whose_pods_ran_in_another_cluster_says_so_and_waits_for_none()
    {
        var collected = await AllKinds.CollectAsync(Job(Complete, "managedBy: kueue.x-k8s.io/multikueue"));
        collected.AwaitsChildren.Should().BeFalse();
        collected.Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.ChildMissing, RunProblemCodes.NoSubject);
        collected.Problems[0].Message.Should().Contain("kueue.x-k8s.io/multikueue").And.Contain("another cluster");
    }

    [Theory]
    [InlineData("2026-05-04T09:59:59Z", "before it")]
    [InlineData("2026-05-04T10:04:01Z", "after it had ended")]
    public async Task A_pod_that_cannot_be_the_jobs_slips_no_record_into_it(string created, string expected)
    {
        var collected = await AllKinds.CollectAsync(Job(Complete) + PodYaml.Pod("p", message: PodYaml.Record()) + PodYaml.Pod("evil", message: PodYaml.Record("evil", 'e'), created: created));
        collected.Run!.Artifacts.Should().ContainSingle().Which.Name.Should().Be("model");
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.ChildForeign).Which.Message.Should().Contain("Pod evil").And.Contain(expected);
    }

    [Fact]
    public async Task A_pod_of_another_owner_or_namespace_is_not_the_jobs()
    {
        string text = Job(Complete) + PodYaml.Pod("p", message: PodYaml.Record()) + PodYaml.Pod("other", "j-2", PodYaml.Record("other"))
            + PodYaml.Pod("abroad", message: PodYaml.Record("abroad")).Replace("namespace: ml", "namespace: evil", StringComparison.Ordinal)
            + PodYaml.Pod("labelled", null, PodYaml.Record("labelled"), labels: "{batch.kubernetes.io/controller-uid: j-1, job-name: train}");
        (await AllKinds.CollectAsync(text)).Run!.Artifacts.Should().ContainSingle().Which.Name.Should().Be("model");
    }

    [Fact]
    public async Task What_a_container_recorded_that_was_killed_for_want_of_memory_is_not_read()
    {
        var collected = await AllKinds.CollectAsync(Job(Complete) + PodYaml.Pod("p", message: PodYaml.Record(), terminated: "exitCode: 0, reason: OOMKilled"));
        collected.Run.Should().BeNull();
        collected.Problems.Should().Contain(static p => p.Code == RunProblemCodes.ArtifactRecord && p.Message.Contains("OOMKilled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_one_pod_made_and_another_read_is_no_dependency()
    {
        var collected = await AllKinds.CollectAsync(Job(Complete) + PodYaml.Pod("a", message: PodYaml.Record("tree", isSubject: false)) + PodYaml.Pod("b", message: PodYaml.Record("tree", list: "inputs")) + PodYaml.Pod("c", message: PodYaml.Record("model", 'c')));
        collected.Run!.Artifacts.Select(static a => (a.Name, a.Role)).Should().Equal(("tree", ArtifactRole.Output), ("model", ArtifactRole.Subject));
    }

    [Fact]
    public async Task Two_jobs_of_one_template_have_one_definition()
    {
        string pod = PodYaml.Pod("p", message: PodYaml.Record());
        string first = Job(Complete, labels: "{app: train, batch.kubernetes.io/controller-uid: j-1, controller-uid: j-1, job-name: train, batch.kubernetes.io/job-name: train}");
        var definition = (await AllKinds.CollectAsync(first + pod)).Run!.Definition;
        (await AllKinds.CollectAsync(Job(Complete, labels: "{app: train}") + pod)).Run!.Definition!.Digest.Should().Equal(definition!.Digest);
        (await AllKinds.CollectAsync(Job(Complete, labels: "{app: other}") + pod)).Run!.Definition!.Digest.Should().NotEqual(definition.Digest);
    }

    [Fact]
    public async Task The_statement_does_not_depend_on_the_order_of_the_pods()
    {
        string a = PodYaml.Pod("a", message: PodYaml.Record("one")), b = PodYaml.Pod("b", message: PodYaml.Record("two", 'c'));
        AllKinds.StatementOf(await AllKinds.CollectAsync(Job(Complete) + b + a)).Should().Be(AllKinds.StatementOf(await AllKinds.CollectAsync(Job(Complete) + a + b)));
    }

    [Theory]
    [InlineData("CronJob", false)]
    [InlineData("JobSet", true)]
    [InlineData("MPIJob", true)]
    public async Task A_job_of_a_set_is_a_part_of_its_run_and_none_of_its_own(string owner, bool isPart)
    {
        var collected = await AllKinds.CollectAsync(Job(Complete).Replace("kind: CronJob", $"kind: {owner}", StringComparison.Ordinal) + PodYaml.Pod("p", message: PodYaml.Record()));
        collected.IsCompanion.Should().Be(isPart);
        (collected.Run is null).Should().Be(isPart);
    }

    [Fact]
    public async Task A_pod_that_was_deleted_while_it_ran_still_says_which_image_it_ran()
    {
        string deleted = PodYaml.Pod("q", message: PodYaml.Record("half"), phase: "Running", imageId: $"registry.example.com/side@sha256:{AllKinds.Hex}");
        var run = (await AllKinds.CollectAsync(Job(Complete) + PodYaml.Pod("p", message: PodYaml.Record()) + deleted + PodYaml.Pod("r", phase: "Pending", imageId: ""))).Run!;
        run.Materials.Select(static m => m.Uri).Should().Equal("oci://registry.example.com/train", "oci://registry.example.com/side");
        run.Artifacts.Should().ContainSingle().Which.Name.Should().Be("model");
        run.Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_fault_of_many_pods_is_said_once()
    {
        string pods = string.Concat(Enumerable.Range(0, 50).Select(static i => PodYaml.Pod($"p-{i}", message: PodYaml.Record(), imageId: "")));
        var collected = await AllKinds.CollectAsync(Job(Complete) + pods);
        collected.Run!.Artifacts.Should().ContainSingle();
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.StepImage);
    }

    private static string Job(string status, string spec = "backoffLimit: 6", string labels = "{app: train}") => $$"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: train
          namespace: ml
          uid: j-1
          creationTimestamp: "2026-05-04T10:00:00Z"
          ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: c-1, controller: true}]
        spec:
          {{spec}}
          selector: {matchLabels: {batch.kubernetes.io/controller-uid: j-1} }
          template: {metadata: {creationTimestamp: null, labels: {{labels}} }, spec: {containers: [{name: train, image: "registry.example.com/train:v3"}] } }
        status: { {{status}} }

        """;
}
