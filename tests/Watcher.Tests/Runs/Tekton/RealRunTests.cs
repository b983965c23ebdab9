using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Runs.Tekton;

public sealed class RealRunTests
{
    [Theory]
    [InlineData("dashboard-pipelineRun.json", RunState.Failed)]
    [InlineData("dashboard-taskRuns.json", RunState.Failed, RunState.Failed, RunState.Succeeded)]
    [InlineData("derived/pr-child-pipelinerun-and-customrun.json", RunState.Succeeded)]
    [InlineData("derived/tr-cancelled.json", RunState.Cancelled)]
    [InlineData("derived/tr-deleting-with-two-finalizers.json", RunState.Succeeded)]
    [InlineData("derived/tr-steps-without-imageid.json", RunState.Succeeded)]
    [InlineData("derived/tr-tobe-retried-NOT-DONE.json", RunState.NotDone)]
    [InlineData("pr-9-skipped-45kB.json", RunState.Succeeded)]
    [InlineData("pr-build-pr-92kB.json", RunState.Succeeded)]
    [InlineData("pr-build-push-11-children.json", RunState.Succeeded)]
    [InlineData("pr-cancelledrunfinally.json", RunState.Cancelled)]
    [InlineData("pr-condition-without-type.json", RunState.NotDone)]
    [InlineData("pr-conditioncheckfailed.json", RunState.Succeeded)]
    [InlineData("pr-failed-couldntgetpipeline.json", RunState.Failed)]
    [InlineData("pr-failed-thin.json", RunState.Failed)]
    [InlineData("pr-integration-test.json", RunState.Succeeded)]
    [InlineData("pr-matrix-8-custom-runs.yaml", RunState.Succeeded)]
    [InlineData("pr-quota-exceeded.json", RunState.Succeeded)]
    [InlineData("pr-status-without-condition.json", RunState.NotDone)]
    [InlineData("pr-stoppedrunfinally.json", RunState.Cancelled)]
    [InlineData("pr-stopping-UNKNOWN.json", RunState.NotDone)]
    [InlineData("pr-sum-multiply-RUNNING.json", RunState.NotDone)]
    [InlineData("pr-v1beta1-completed.json", RunState.Succeeded)]
    [InlineData("pr-v1beta1-nodejs-30kB.json", RunState.Succeeded)]
    [InlineData("pr-v1beta1-timeout.json", RunState.TimedOut)]
    [InlineData("tr-buildah-multi-step.json", RunState.Succeeded)]
    [InlineData("tr-clair-scan.json", RunState.Succeeded)]
    [InlineData("tr-clamav-scan-RUNNING.json", RunState.NotDone)]
    [InlineData("tr-frag-cancelled-with-retries.yaml", RunState.Cancelled)]
    [InlineData("tr-frag-retry-pod-failure.yaml", RunState.NotDone)]
    [InlineData("tr-git-clone.json", RunState.Succeeded)]
    [InlineData("tr-inspect-image.json", RunState.Succeeded)]
    public async Task Collect_tells_the_state_of_every_real_run(string name, params RunState[] expected)
    {
        var documents = TestRuns.Read(name);
        var states = new List<RunState>();
        foreach (var document in documents)
        {
            var collected = await TestRuns.CollectAsync(document);
            collected.Identity.Should().NotBeNull();
            states.Add(collected.Outcome.State);
            collected.Problems.Should().NotBeEmpty("none of these runs recorded an artifact, and that is never passed over in silence");
            collected.Run.Should().BeNull();
        }

        states.Should().Equal(expected);
    }

    [Theory]
    [InlineData("tr-frag-retry-results-mismatch.yaml")]
    [InlineData("tr-status-fragment.yaml")]
    public async Task Collect_names_a_fragment_that_is_no_run(string name)
    {
        var collected = await TestRuns.CollectAsync(TestRuns.Read(name)[0]);
        collected.Outcome.State.Should().Be(RunState.NotDone);
        collected.Problems.Should().ContainSingle().Which.Message.Should().Contain(collected.DisplayName);
    }

    [Fact]
    public void Read_refuses_a_file_that_is_no_yaml_and_names_the_place()
    {
        var read = () => TestRuns.Read("pr-matrix-9-taskruns.yaml");
        read.Should().Throw<DocumentException>().WithMessage("pr-matrix-9-taskruns.yaml:20:*");
    }

    [Fact]
    public void The_table_names_every_file_of_the_test_data()
    {
        var named = GetType().GetMethods().SelectMany(static m => m.GetCustomAttributes(typeof(InlineDataAttribute), false))
            .Select(static a => (string)((InlineDataAttribute)a).GetData(null!).Single()[0]!)
            .Append("pr-matrix-9-taskruns.yaml").Append("tr-stepaction-docs.yaml");
        var files = Directory.EnumerateFiles(TestRuns.Folder, "*", SearchOption.AllDirectories).Select(static f => Path.GetRelativePath(TestRuns.Folder, f));
        named.Should().BeEquivalentTo(files);
    }

    [Fact]
    public async Task Collect_reads_a_fragment_with_ellipses_without_an_exception()
    {
        var read = () => TestRuns.Read("tr-stepaction-docs.yaml");
        var document = read.Should().NotThrow().Which.Should().ContainSingle().Which;
        (await TestRuns.CollectAsync(document)).Outcome.State.Should().Be(RunState.Succeeded);
    }
}
