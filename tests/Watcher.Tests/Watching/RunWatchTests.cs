using System.Text;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs.Jobs;
using Provenance.Watcher.Tests.Kubernetes;
using Provenance.Watcher.Watching;

namespace Provenance.Watcher.Tests.Watching;

public sealed class RunWatchTests
{
    private static readonly string[] Writes = ["create", "update", "patch", "apply"];

    [Fact]
    public async Task Watch_attests_what_was_over_before_and_what_ends_later_and_writes_nothing()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Complete("before");
        cluster.Begin("later");
        await cluster.WatchAsync();
        cluster.Complete("later");
        await cluster.UntilAsync(() => cluster.Settled.Count is 2);
        (await cluster.AttestationsAsync("before")).Should().Be(1);
        (await cluster.AttestationsAsync("later")).Should().Be(1);
        cluster.Server.Requests.Should().NotContain(r => Writes.Contains(r.Verb) || r.Verb == "get");
    }

    [Fact]
    public async Task Watch_that_begins_again_attests_nothing_again()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Complete("run");
        await cluster.WatchAsync();
        await cluster.UntilAsync(() => cluster.Settled.Count is 1);
        await cluster.StopAsync();
        await cluster.WatchAsync();
        cluster.Complete("other");
        await cluster.UntilAsync(() => cluster.Settled.Count is 2);
        cluster.Settled.Select(static s => s.Run).Should().Equal("TaskRun ns/run", "TaskRun ns/other");
    }

    [Fact]
    public async Task Mark_is_one_apply_of_at_most_200_bytes_beyond_the_names()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Begin("run");
        await cluster.WatchAsync(choose: static o => o with { Mark = RunMarkOption.Digest });
        cluster.Complete("run");
        await cluster.UntilAsync(() => cluster.Settled.Count is 1);
        cluster.Server.Requests.Count(static r => Writes.Contains(r.Verb)).Should().Be(1);
        string run = Encoding.UTF8.GetString(cluster.TaskRuns.Bytes("ns", "run"));
        run.Should().Contain("\"provenance.dev/statement\":\"sha256:");
        Encoding.UTF8.GetByteCount("\"annotations\":{\"provenance.dev/statement\":\"sha256:\"}").Should().BeLessThan(200 - 64);
    }

    [Fact]
    public async Task Dry_run_says_what_would_be_attested_and_does_nothing()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Complete("run");
        await cluster.WatchAsync(choose: static o => o with { DryRun = true, Mark = RunMarkOption.Digest, Guard = RunGuardOption.Finalizer });
        await cluster.UntilAsync(() => cluster.Settled.Count is 1);
        cluster.Settled.Single().Outcome.Should().Be(DeliveryOutcome.WouldAttest);
        (await cluster.AttestationsAsync("run")).Should().Be(0);
        Directory.Exists(cluster.JournalOf("one")).Should().BeFalse();
        cluster.Server.Requests.Should().NotContain(r => Writes.Contains(r.Verb));
    }

    [Fact]
    public async Task Guard_holds_a_run_that_goes_on_and_lets_it_go_when_it_is_journalled()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        await cluster.WatchAsync(choose: static o => o with { Guard = RunGuardOption.Finalizer });
        cluster.Begin("run");
        await cluster.UntilAsync(() => Finalizers(cluster, "run").Contains("provenance.dev/guard", StringComparison.Ordinal));
        cluster.TaskRuns.Change("ns", "run", static run =>
        {
            run["status"]!["completionTime"] = "2026-03-02T10:01:07Z";
            run["status"]!["conditions"]![0]!["status"] = "True";
        });
        await cluster.UntilAsync(() => !Finalizers(cluster, "run").Contains("provenance.dev/guard", StringComparison.Ordinal));
        cluster.Settled.Single().Outcome.Should().Be(DeliveryOutcome.NotAttested, "it recorded nothing, and is let go all the same");
    }

    [Fact]
    public async Task Dead_letter_is_named_with_its_reason_and_taken_up_again_when_asked()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Complete("run", uri: $"oci://{cluster.Registry.Address}/not-pushed-yet");
        var watch = await cluster.WatchAsync(choose: static o => o with { Destination = new() { BesideImages = true } });
        await cluster.UntilAsync(() => cluster.DeadLetters.Count is 1);
        watch.Status.DeadLetters.Should().Be(1);

        // The journal is flushed in the background; what observers are told may be on disk a moment later.
        await cluster.UntilAsync(() => LedgerHistory.Read(cluster.JournalOf("one")).Runs.Single().IsDeadLetter);
        var letter = LedgerHistory.Read(cluster.JournalOf("one")).Runs.Single();
        letter.Reason!.Code.Should().Be("SUBJECT_NOT_FOUND");
        RetryRequests.Leave(cluster.JournalOf("one"), letter.Run!.Uid);
        await cluster.UntilAsync(() => cluster.DeadLetters.Count is 2);
    }

    [Fact]
    public async Task Failed_Job_is_settled_at_once_as_no_Job_that_failed_has_a_completion_time()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        cluster.Server.Serve("", "v1", "pods");
        cluster.Server.Serve("batch", "v1", "jobs").Store("ns", "job", static version => Encoding.UTF8.GetBytes(
            $$$"""{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"job","namespace":"ns","uid":"uid-job","resourceVersion":"{{{version}}}"},"spec":{},"status":{"failed":1,"conditions":[{"type":"Failed","status":"True","reason":"DeadlineExceeded","lastTransitionTime":"2026-03-02T10:01:07Z"}]} }"""));
        await cluster.WatchAsync(kind: new JobKind());
        await cluster.UntilAsync(() => cluster.Settled.Count is 1);
        cluster.Settled.Single().Problems[^1].Code.Should().Be("NOT_SUCCEEDED");
    }

    [Fact]
    public async Task Second_replica_only_observes_and_is_told_what_is_settled()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        var first = await cluster.WatchAsync("a", static o => o with { Sharding = new() { Namespace = "ns", Identity = "a" } });
        await cluster.UntilAsync(() => first.Status.Shards.Count is 1);
        var second = await cluster.WatchAsync("b", static o => o with { Sharding = new() { Namespace = "ns", Identity = "b" } });
        cluster.Complete("run");
        await cluster.UntilAsync(() => cluster.Settled.Count is 1);
        await Eventually.HoldsAsync(() => second.Status.Open is 0 && LedgerHistory.Read(cluster.JournalOf("b")).Runs is [{ State: "settledElsewhere" }], () => "the second replica was not told");
        second.Status.Shards.Should().BeEmpty();
        (await cluster.AttestationsAsync("run")).Should().Be(1);
    }

    private static string Finalizers(WatchedCluster cluster, string name) => Encoding.UTF8.GetString(cluster.TaskRuns.Bytes("ns", name));
}
