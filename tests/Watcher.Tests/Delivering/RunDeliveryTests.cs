using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Testing;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Delivering;

public sealed class RunDeliveryTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Deliver_tries_until_the_registry_is_back()
    {
        var mediator = new ScriptedMediator(static (run, call) => call <= 40 ? throw ScriptedMediator.Away() : Task.FromResult(ScriptedMediator.Attested(run)));
        var report = await DeliverAsync(mediator, TimeSpan.MaxValue);
        report.Outcome.Should().Be(DeliveryOutcome.Attested);
        report.Problems.Should().BeEmpty();
        mediator.Calls.Should().Be(41);
        time.Delays.Should().HaveCount(40);
        time.Delays[0].Should().BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(250)).And.BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(125));
        time.Delays[^1].Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(30)).And.BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Deliver_gives_up_when_the_patience_is_at_an_end_and_says_why()
    {
        var mediator = new ScriptedMediator(static (_, _) => throw ScriptedMediator.Away());
        var report = await DeliverAsync(mediator, Patience);
        report.Outcome.Should().Be(DeliveryOutcome.Failed);
        var problem = report.Problems.Should().ContainSingle().Which;
        problem.Code.Should().Be(RunProblemCodes.PublishFailed);
        problem.Message.Should().Be("TaskRun ns/build: UNAVAILABLE: Registry registry.example.com is away.");
        time.Elapsed.Should().BeGreaterThanOrEqualTo(Patience).And.BeLessThan(Patience + TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(20, 2)]
    [InlineData(120, 1)]
    public async Task Deliver_leaves_a_signing_service_alone_for_as_long_as_it_asks(int seconds, int calls)
    {
        var mediator = new ScriptedMediator((run, call) => call is 1
            ? throw new SigningServiceException(SigningServiceException.Unavailable, "Busy.", isTransient: true) { RetryAfter = TimeSpan.FromSeconds(seconds) }
            : Task.FromResult(ScriptedMediator.Attested(run)));

        var report = await DeliverAsync(mediator, Patience);

        mediator.Calls.Should().Be(calls);
        report.Outcome.Should().Be(calls is 1 ? DeliveryOutcome.Failed : DeliveryOutcome.Attested);
        time.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(calls is 1 ? 0 : seconds));
    }

    [Fact]
    public async Task Deliver_does_not_try_again_what_the_registry_refused()
    {
        var mediator = new ScriptedMediator(static (_, _) => throw ScriptedMediator.Forbidden());
        var report = await DeliverAsync(mediator, TimeSpan.MaxValue);
        report.Outcome.Should().Be(DeliveryOutcome.Failed);
        report.Problems.Should().ContainSingle().Which.Should().Be(new RunProblem(RunProblemCodes.PublishFailed, "TaskRun ns/build: DENIED: Registry registry.example.com answered 403. Grant push."));
        mediator.Calls.Should().Be(1);
        time.Delays.Should().BeEmpty();
    }

    [Fact]
    public async Task Deliver_reports_what_nobody_foresaw_as_a_failure_of_this_run()
    {
        var report = await DeliverAsync(new ScriptedMediator(static (_, _) => throw new InvalidOperationException("odd")), Patience);
        report.Outcome.Should().Be(DeliveryOutcome.Failed);
        report.Problems.Should().ContainSingle().Which.Should().Be(new RunProblem(RunProblemCodes.Unexpected, "TaskRun ns/build: InvalidOperationException: odd"));
    }

    [Fact]
    public async Task Deliver_stops_waiting_when_it_is_told_to()
    {
        using var stop = new CancellationTokenSource();
        var mediator = new ScriptedMediator((_, call) =>
        {
            if (call is 3)
            {
                stop.Cancel();
            }

            throw ScriptedMediator.Away();
        });
        var deliver = () => DeliverAsync(mediator, TimeSpan.MaxValue, cancellationToken: stop.Token);
        await deliver.Should().ThrowAsync<OperationCanceledException>();
        mediator.Calls.Should().Be(3);
    }

    [Fact]
    public async Task Deliver_attests_a_run_once_that_is_met_twice_at_the_same_time()
    {
        var release = new TaskCompletionSource();
        var mediator = new ScriptedMediator(async (run, _) =>
        {
            await release.Task;
            return ScriptedMediator.Attested(run);
        });
        var delivery = new RunDelivery(mediator, CollectOptions.Default, attestedRuns: null, time);
        var collected = await CollectAsync("build");
        var both = new[] { delivery.DeliverAsync(collected, Patience, CancellationToken.None), delivery.DeliverAsync(collected, Patience, CancellationToken.None) };
        release.SetResult();
        (await Task.WhenAll(both)).Select(static r => r.Outcome).Should().BeEquivalentTo([DeliveryOutcome.Attested, DeliveryOutcome.AlreadyAttested]);
        mediator.Calls.Should().Be(1);
    }

    [Fact]
    public async Task Deliver_tries_a_run_again_that_failed_before()
    {
        var mediator = new ScriptedMediator(static (run, call) => call is 1 ? throw ScriptedMediator.Forbidden() : Task.FromResult(ScriptedMediator.Attested(run)));
        var delivery = new RunDelivery(mediator, CollectOptions.Default, attestedRuns: null, time);
        var collected = await CollectAsync("build");
        (await delivery.DeliverAsync(collected, Patience, CancellationToken.None)).Outcome.Should().Be(DeliveryOutcome.Failed);
        (await delivery.DeliverAsync(collected, Patience, CancellationToken.None)).Outcome.Should().Be(DeliveryOutcome.Attested);
    }

    [Fact]
    public async Task Deliver_asks_nobody_about_a_run_that_is_known_to_be_attested()
    {
        using var known = AttestedRuns.Open(folder["attested.jsonl"], "profile", ownRegistry: null);
        var mediator = new ScriptedMediator(static (run, _) => Task.FromResult(ScriptedMediator.Attested(run)));
        var first = await DeliverAsync(mediator, Patience, known);
        var second = await DeliverAsync(mediator, Patience, known);
        second.Outcome.Should().Be(DeliveryOutcome.AlreadyAttested);
        second.Bundle.Should().Be(first.Bundle);
        second.Subjects.Should().Equal(first.Subjects);
        mediator.Calls.Should().Be(1);
    }

    [Fact]
    public async Task Deliver_does_not_remember_a_run_with_a_subject_that_could_not_be_stored()
    {
        using var known = AttestedRuns.Open(folder["attested.jsonl"], "profile", ownRegistry: null);
        var mediator = new ScriptedMediator(static (run, _) => Task.FromResult(ScriptedMediator.Attested(run) with { Problems = [new RunProblem(RunProblemCodes.SubjectNotFound, "not there")] }));
        var report = await DeliverAsync(mediator, Patience, known);
        report.Outcome.Should().Be(DeliveryOutcome.NotAttested, "its only subject has no attestation");
        report.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.SubjectNotFound);
        await DeliverAsync(mediator, Patience, known);
        mediator.Calls.Should().Be(2);
    }

    [Fact]
    public async Task Deliver_takes_a_run_of_the_same_uid_but_another_name_for_another_run()
    {
        using var known = AttestedRuns.Open(folder["attested.jsonl"], "profile", ownRegistry: null);
        var mediator = new ScriptedMediator(static (run, _) => Task.FromResult(ScriptedMediator.Attested(run)));
        await DeliverAsync(mediator, Patience, known);
        (await DeliverAsync(mediator, Patience, known, name: "copied")).Outcome.Should().Be(DeliveryOutcome.Attested);
    }

    internal static string TaskRun(string name, string status = "True") => $$$"""
        {"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "metadata": {"name": "{{{name}}}", "namespace": "ns", "uid": "u-1"},
         "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "{{{status}}}"}],
           "steps": [{"name": "make", "imageID": "registry.example.com/t@sha256:{{{new string('b', 64)}}}", "outputs": [{"name": "image", "buildOutput": true,
             "values": [{"uri": "oci://registry.example.com/app", "digest": {"sha256": "{{{new string('a', 64)}}}"}}]}]}]}}
        """;

    private static Task<CollectedRun> CollectAsync(string name) => TestRuns.CollectAsync(TaskRun(name));

    private async Task<DeliveryReport> DeliverAsync(ScriptedMediator mediator, TimeSpan patience, AttestedRuns? known = null, string name = "build", CancellationToken cancellationToken = default) =>
        await new RunDelivery(mediator, CollectOptions.Default, known, time).DeliverAsync(await CollectAsync(name), patience, cancellationToken);
}
