using Provenance.Attestor.Runs;
using Provenance.Watcher.Tests.Runs.Jobs;

namespace Provenance.Watcher.Tests.Runs.Kubeflow;

public sealed class TrainingRunTests
{
    [Theory]
    [InlineData("kubeflow/jaxjob-v1-status.yaml", RunState.Succeeded, "2024-09-22T20:11:34Z")]
    [InlineData("kubeflow/pytorchjob-v1-status.yaml", RunState.Succeeded, "2018-12-16T21:43:27Z")]
    [InlineData("kubeflow/tensorflowjob-v1-status.yaml", RunState.Succeeded, "2021-09-06T11:49:30Z")]
    [InlineData("kubeflow/xgboostjob-v1-status.yaml", RunState.Succeeded, "2021-09-06T18:34:23Z")]
    [InlineData("kubeflow/derived/pytorchjob-restarted.json", RunState.Succeeded, "2026-05-04T10:30:00Z")]
    [InlineData("kubeflow/derived/trainjob-failed.json", RunState.Failed, "2026-05-04T10:20:00Z")]
    [InlineData("kubeflow/derived/trainjob-no-conditions-NOT-DONE.json", RunState.NotDone, null)]
    [InlineData("kubeflow/derived/trainjob-suspended-NOT-DONE.json", RunState.NotDone, null)]
    public async Task Every_real_training_run_comes_out_as_it_ended(string name, RunState expected, string? end)
    {
        var document = AllKinds.Read(name).Should().ContainSingle().Which;
        var collected = await AllKinds.CollectAsync(document, []);
        collected.Outcome.State.Should().Be(expected);
        collected.Run.Should().BeNull("its Pods are not at hand");
        collected.Problems.Should().NotBeEmpty();
        AllKinds.MayBeOver(document).Should().Be(expected is not RunState.NotDone);

        var metadata = document.Root.GetProperty("metadata");
        string pod = PodYaml.Pod("p", metadata.GetProperty("uid").GetString(), PodYaml.Record(), created: metadata.GetProperty("creationTimestamp").GetString()!)
            .Replace("namespace: ml", $"namespace: {metadata.GetProperty("namespace").GetString()}", StringComparison.Ordinal);
        var attested = await AllKinds.CollectAsync(document, TestRuns.Parse(pod), AllKinds.Unsuccessful);
        (attested.Run is null).Should().Be(expected is RunState.NotDone);
        attested.Run?.BuildType.Should().Be("https://provenance.dev/buildtypes/training/v1");
        attested.Run?.FinishedOn.Should().Be(DateTimeOffset.Parse(end!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_table_names_every_file_of_the_test_data() =>
        GetType().GetMethods().SelectMany(static m => m.GetCustomAttributes(typeof(InlineDataAttribute), false))
            .Select(static a => (string)((InlineDataAttribute)a).GetData(null!).Single()[0]!).Where(static n => n.StartsWith("kubeflow/", StringComparison.Ordinal) && !n.Contains("kfp-", StringComparison.Ordinal))
            .Should().BeEquivalentTo(AllKinds.FilesOf("kubeflow").Where(static n => !n.Contains("kfp-", StringComparison.Ordinal)), "runs of Kubeflow Pipelines are Argo Workflows");

    [Fact]
    public async Task Pods_that_were_deleted_at_once_are_named_as_missing()
    {
        var collected = await AllKinds.CollectAsync(AllKinds.Read("kubeflow/derived/pytorchjob-restarted.json")[0], []);
        collected.AwaitsChildren.Should().BeTrue();
        collected.Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.ChildMissing, RunProblemCodes.NoSubject);
        collected.Problems[0].Message.Should().Contain("Pod Master (1 of 1)").And.Contain("cleanPodPolicy All");
    }

    [Theory]
    [InlineData("{type: Restarting, status: \"True\"}, {type: Failed, status: \"True\"}", "", RunState.NotDone)]
    [InlineData("{type: Restarting, status: \"True\"}, {type: Failed, status: \"True\"}", "completionTime: \"2026-05-04T10:30:00Z\",", RunState.Failed)]
    [InlineData("{type: Restarting, status: \"False\"}, {type: Failed, status: \"True\"}", "", RunState.Failed)]
    [InlineData("{type: Running, status: \"True\"}", "", RunState.NotDone)]
    [InlineData("{type: Suspended, status: \"True\"}", "", RunState.NotDone)]
    public async Task A_training_job_that_restarts_is_not_over(string conditions, string time, RunState expected)
    {
        var collected = await AllKinds.CollectAsync($$"""
            apiVersion: kubeflow.org/v1
            kind: TFJob
            metadata: {name: t, namespace: ml, uid: t-1}
            status: { {{time}} conditions: [{{conditions}}]}
            """);
        collected.Outcome.State.Should().Be(expected);
    }

    [Fact]
    public async Task The_pods_of_a_training_job_are_told_apart_by_replica()
    {
        var run = (await AllKinds.CollectAsync("""
            apiVersion: kubeflow.org/v1
            kind: PyTorchJob
            metadata: {name: t, namespace: ml, uid: t-1}
            spec: {runPolicy: {cleanPodPolicy: None}, pytorchReplicaSpecs: {Master: {replicas: 1}, Worker: {replicas: 2}}}
            status: {completionTime: "2026-05-04T10:30:00Z", conditions: [{type: Succeeded, status: "True", reason: PyTorchJobSucceeded}], replicaStatuses: {Master: {succeeded: 1}, Worker: {succeeded: 2}}}

            """ + PodYaml.Pod("t-master-0", "t-1", PodYaml.Record(), labels: "{training.kubeflow.org/replica-type: master}") + PodYaml.Pod("t-worker-0", "t-1", labels: "{training.kubeflow.org/replica-type: worker}"))).Run!;
        run.Materials.Select(static m => m.Name).Should().Equal("replicas/master/images/train", "replicas/worker/images/train");
        run.Settings.Select(static s => s.Name).Should().Equal("runPolicy");
        run.MissingChildren.Should().Equal("Pod Worker (1 of 2)");
    }

    [Fact]
    public async Task The_pods_of_a_train_job_are_found_through_its_job_set_and_jobs()
    {
        var collected = await AllKinds.CollectAsync(TrainJob() + JobSet + Job + PodYaml.Pod("tj-node-0-0", "job-1", PodYaml.Record(), labels: "{jobset.sigs.k8s.io/replicatedjob-name: node}"));
        var run = collected.Run!;
        run.Materials.Select(static m => m.Name).Should().Equal("definitions/jobset", "jobs/node/images/train");
        run.MissingChildren.Should().BeEmpty();
        run.FinishedOn.Should().Be(new DateTimeOffset(2026, 5, 4, 10, 20, 0, TimeSpan.Zero), "a TrainJob has no time of completion but its condition's");
        collected.AwaitsChildren.Should().BeFalse();
    }

    [Theory]
    [InlineData("{jobset.sigs.k8s.io/jobset-name: tj, jobset.sigs.k8s.io/replicatedjob-name: node}", "", true)]
    [InlineData("{jobset.sigs.k8s.io/jobset-uid: js-1, jobset.sigs.k8s.io/jobset-name: x, jobset.sigs.k8s.io/replicatedjob-name: node}", JobSet, true)]
    [InlineData("{jobset.sigs.k8s.io/jobset-name: other, jobset.sigs.k8s.io/replicatedjob-name: node}", JobSet, false)]
    public async Task The_labels_of_the_job_set_stand_in_for_jobs_that_are_gone(string labels, string between, bool found)
    {
        var collected = await AllKinds.CollectAsync(TrainJob() + between + PodYaml.Pod("tj-node-0-0", "job-1", PodYaml.Record(), labels: labels));
        (collected.Run is not null).Should().Be(found);
        collected.AwaitsChildren.Should().Be(!found);
    }

    [Fact]
    public async Task A_pod_of_an_earlier_train_job_of_the_same_name_is_left_out()
    {
        var collected = await AllKinds.CollectAsync(TrainJob() + PodYaml.Pod("tj-node-0-0", "job-0", PodYaml.Record(), labels: "{jobset.sigs.k8s.io/jobset-name: tj, jobset.sigs.k8s.io/replicatedjob-name: node}", created: "2026-05-03T10:00:00Z"));
        collected.Run.Should().BeNull();
        collected.Problems.Select(static p => p.Code).Should().Contain(RunProblemCodes.ChildForeign);
    }

    [Fact]
    public async Task What_the_initializers_fetch_is_a_parameter_and_an_input_only_with_a_digest()
    {
        string commit = new('c', 40);
        var collected = await AllKinds.CollectAsync(TrainJob($"dataset: {{storageUri: 'hf://tatsu-lab/alpaca'}}, model: {{storageUri: 'hf://meta-llama/Llama@{commit}'}}") + JobSet + Job + PodYaml.Pod("p", "job-1", PodYaml.Record(), labels: "{jobset.sigs.k8s.io/replicatedjob-name: node}"));
        collected.Run!.Parameters.Select(static p => $"{p.Name}={p.Value}").Should().Equal("initializer.dataset.storageUri=hf://tatsu-lab/alpaca", $"initializer.model.storageUri=hf://meta-llama/Llama@{commit}");
        collected.Run.Artifacts.Where(static a => a.Role is ArtifactRole.Input).Should().ContainSingle().Which.Digest.Find("gitCommit").Should().Be(commit);
        collected.Problems.Should().ContainSingle().Which.Should().Match<RunProblem>(static p => p.Code == RunProblemCodes.InputUnpinned && p.Message.Contains("hf://tatsu-lab/alpaca", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hf://a/b@main")]
    [InlineData("hf://a/b@")]
    [InlineData("hf://a/b@CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC")]
    [InlineData("s3://bucket/key")]
    [InlineData("no uri")]
    public async Task A_branch_or_a_key_is_no_digest(string uri)
    {
        var collected = await AllKinds.CollectAsync(TrainJob($"model: {{storageUri: '{uri}'}}") + JobSet + Job + PodYaml.Pod("p", "job-1", PodYaml.Record(), labels: "{jobset.sigs.k8s.io/replicatedjob-name: node}"));
        collected.Run!.Artifacts.Should().NotContain(static a => a.Role == ArtifactRole.Input);
        collected.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.InputUnpinned);
    }

    [Fact]
    public async Task Environment_variables_are_not_published()
    {
        string text = TrainJob() + JobSet + Job + PodYaml.Pod("p", "job-1", PodYaml.Record(), labels: "{jobset.sigs.k8s.io/replicatedjob-name: node}");
        string statement = AllKinds.StatementOf(await AllKinds.CollectAsync(text));
        statement.Should().Contain("\"numNodes\":2").And.NotContain("hf_secret");
        (await AllKinds.CollectAsync(text.Replace("hf_secret", "hf_other", StringComparison.Ordinal))).Run!.Definition!.Digest.Should().NotEqual((await AllKinds.CollectAsync(text)).Run!.Definition!.Digest);
    }

    private const string JobSet = """
        ---
        {apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: tj, namespace: ml, uid: js-1, ownerReferences: [{uid: tj-1, controller: true}]}, spec: {replicatedJobs: [{name: node}]}}

        """;

    private const string Job = """
        ---
        {apiVersion: batch/v1, kind: Job, metadata: {name: tj-node-0, namespace: ml, uid: job-1, ownerReferences: [{uid: js-1, controller: true}]}}

        """;

    private static string TrainJob(string initializer = "") => $$"""
        apiVersion: trainer.kubeflow.org/v1alpha1
        kind: TrainJob
        metadata: {name: tj, namespace: ml, uid: tj-1, creationTimestamp: "2026-05-04T09:59:00Z"}
        spec:
          runtimeRef: {kind: ClusterTrainingRuntime, name: torch-distributed}
          trainer: {numNodes: 2, env: [{name: HF_TOKEN, value: hf_secret}]}
          initializer: { {{initializer}} }
        status:
          conditions: [{type: Suspended, status: "False"}, {type: Complete, status: "True", reason: AllJobsCompleted, lastTransitionTime: "2026-05-04T10:20:00Z"}]
          jobsStatus: [{name: node, succeeded: 1}]

        """;
}
