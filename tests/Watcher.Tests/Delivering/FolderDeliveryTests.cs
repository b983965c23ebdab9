using System.Collections.Concurrent;
using Provenance.Attestor.Runs;
using Provenance.Testing;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Folders;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Delivering;

public sealed class FolderDeliveryTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();
    private readonly Reports reports = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_single_look_delivers_runs_before_their_pipelines_and_reports_each_once()
    {
        Write("b.json", PipelineRun + Child);
        Write("a.json", RunDeliveryTests.TaskRun("alone"));
        Write("c.yaml", "this: [is\n");
        Write("ignored.txt", "no run");
        await LookOnceAsync(Storing());
        reports.Runs.Should().BeEquivalentTo("TaskRun ns/alone", "TaskRun ns/p-build", "PipelineRun ns/p", "c.yaml");
        reports.Runs[^1].Should().Be("PipelineRun ns/p");
        reports["c.yaml"].Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.Unreadable);
        reports["PipelineRun ns/p"].Outcome.Should().Be(DeliveryOutcome.Attested);
        reports.Progresses[^1].Should().Be((4, 4));
    }

    [Fact]
    public async Task One_run_that_fails_does_not_keep_the_others_from_being_attested()
    {
        for (int i = 0; i < 20; i++)
        {
            Write($"{i}.json", RunDeliveryTests.TaskRun($"run-{i}"));
        }

        await LookOnceAsync(new ScriptedMediator(static (run, _) => run.Identity.Name is "run-7" ? throw new InvalidOperationException("odd") : Task.FromResult(ScriptedMediator.Attested(run))));
        reports.All.Where(static r => r.Outcome is DeliveryOutcome.Failed).Select(static r => r.Run).Should().Equal("TaskRun ns/run-7");
        reports.All.Count(static r => r.Outcome is DeliveryOutcome.Attested).Should().Be(19);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_an_error_for_who_looks_once()
    {
        Directory.Delete(folder.Path);
        var look = () => LookOnceAsync(Storing());
        await look.Should().ThrowAsync<DirectoryNotFoundException>();
    }

    [Fact]
    public async Task A_folder_that_goes_away_is_reported_once_and_read_when_it_is_back()
    {
        Write("a.json", RunDeliveryTests.TaskRun("before"));
        await FollowAsync(Storing(), async () =>
        {
            Directory.Move(folder.Path, folder.Path + ".away");
            await reports.WaitAsync(folder.Path);
            Directory.Move(folder.Path + ".away", folder.Path);
            Write("b.json", RunDeliveryTests.TaskRun("after"));
            await reports.WaitAsync("TaskRun ns/after");
        });
        reports.All.Where(r => r.Run == folder.Path).Should().ContainSingle().Which.Problems[0].Code.Should().Be(RunProblemCodes.Unreadable);
    }

    [Fact]
    public async Task A_run_that_failed_is_tried_again_after_a_while()
    {
        Write("a.json", RunDeliveryTests.TaskRun("refused"));
        var mediator = new ScriptedMediator(static (run, call) => call < 3 ? throw ScriptedMediator.Forbidden() : Task.FromResult(ScriptedMediator.Attested(run)));
        await FollowAsync(mediator, () => reports.WaitAsync(static r => r.Outcome is DeliveryOutcome.Attested));
        reports.All.Select(static r => r.Outcome).Should().StartWith([DeliveryOutcome.Failed, DeliveryOutcome.Failed, DeliveryOutcome.Attested]);
        time.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(60), "a registry that refuses is not asked without end");
    }

    [Fact]
    public async Task A_pipeline_waits_for_a_child_that_is_not_there_yet()
    {
        Write("pipeline.json", PipelineRun);
        await FollowAsync(Storing(), () => reports.WaitAsync("PipelineRun ns/p"), afterFirstLook: () => Write("child.json", Child));
        reports["PipelineRun ns/p"].Problems.Should().BeEmpty();
        reports["PipelineRun ns/p"].Outcome.Should().Be(DeliveryOutcome.Attested);
    }

    [Fact]
    public async Task A_pipeline_does_not_wait_for_a_child_for_ever_and_says_which_is_missing()
    {
        Write("pipeline.json", PipelineRun);
        await FollowAsync(Storing(), () => reports.WaitAsync("PipelineRun ns/p"));
        reports["PipelineRun ns/p"].Problems.Select(static p => p.Code).Should().Equal(RunProblemCodes.ChildMissing, RunProblemCodes.NoSubject);
        reports["PipelineRun ns/p"].Problems[0].Message.Should().Contain("TaskRun p-build");
        time.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_run_that_is_not_over_is_attested_when_its_file_says_that_it_is()
    {
        Write("a.json", RunDeliveryTests.TaskRun("long", status: "Unknown"));
        await FollowAsync(
            Storing(),
            () => reports.WaitAsync(static r => r.Outcome is DeliveryOutcome.Attested),
            afterFirstLook: () => Write("a.json", RunDeliveryTests.TaskRun("long")));
        reports.All.Select(static r => r.Outcome).Should().Equal(DeliveryOutcome.NotAttested, DeliveryOutcome.Attested);
    }

    [Fact]
    public async Task A_file_that_is_half_written_at_one_look_is_attested_at_the_next_and_not_reported_as_unreadable()
    {
        string run = RunDeliveryTests.TaskRun("slow");
        Write("slow.json", run[..(run.Length / 2)]);
        await FollowAsync(Storing(), () => reports.WaitAsync("TaskRun ns/slow"), afterFirstLook: () => Write("slow.json", run));
        reports.Runs.Should().Equal("TaskRun ns/slow");
    }

    private const string PipelineRun = """
        {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "p", "namespace": "ns", "uid": "p-1"}, "spec": {},
         "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}],
           "childReferences": [{"kind": "TaskRun", "name": "p-build"}]}}
        """;

    private static readonly string Child = RunDeliveryTests.TaskRun("p-build").Replace("\"uid\": \"u-1\"", "\"uid\": \"c-1\", \"ownerReferences\": [{\"uid\": \"p-1\"}]", StringComparison.Ordinal);

    private static ScriptedMediator Storing() => new(static (run, _) => Task.FromResult(ScriptedMediator.Attested(run)));

    private void Write(string name, string content) => File.WriteAllText(folder[name], content);

    private FolderDelivery Delivery(ScriptedMediator mediator) =>
        new(new FolderRunSource(folder.Path), new RunDelivery(mediator, CollectOptions.Default, attestedRuns: null, time), reports, time);

    private Task LookOnceAsync(ScriptedMediator mediator) => Delivery(mediator).RunAsync(follow: false, static () => Task.CompletedTask, CancellationToken.None);

    /// <summary>Follows the folder; the second look waits for what is to happen after the first, and for nothing else.</summary>
    private async Task FollowAsync(ScriptedMediator mediator, Func<Task> meanwhile, Action? afterFirstLook = null)
    {
        using var stop = new CancellationTokenSource(Limit);
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var following = Delivery(mediator).RunAsync(
            follow: true,
            () =>
            {
                afterFirstLook?.Invoke();
                caughtUp.SetResult();
                return Task.CompletedTask;
            },
            stop.Token);
        await await Task.WhenAny(caughtUp.Task, following);
        await meanwhile();
        await stop.CancelAsync();
        Func<Task> end = () => following;
        await end.Should().ThrowAsync<OperationCanceledException>();
    }

    private sealed class Reports : IDeliveryObserver
    {
        private readonly ConcurrentQueue<DeliveryReport> all = new();

        public IReadOnlyList<DeliveryReport> All => [.. all];

        public IReadOnlyList<string> Runs => [.. all.Select(static r => r.Run)];

        public List<(int Done, int Total)> Progresses { get; } = [];

        public DeliveryReport this[string run] => all.Single(r => r.Run == run);

        public Task WaitAsync(string run) => WaitAsync(r => r.Run == run);

        public async Task WaitAsync(Func<DeliveryReport, bool> condition)
        {
            using var limit = new CancellationTokenSource(Limit);
            while (!all.Any(condition))
            {
                await Task.Delay(5, limit.Token);
            }
        }

        public void Report(DeliveryReport report) => all.Enqueue(report);

        public void Progress(int done, int total) => Progresses.Add((done, total));
    }
}
