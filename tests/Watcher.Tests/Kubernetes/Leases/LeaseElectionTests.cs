using System.Text.Json.Nodes;
using Provenance.Testing;
using Provenance.Watcher.Kubernetes.Leases;

namespace Provenance.Watcher.Tests.Kubernetes.Leases;

public sealed class LeaseElectionTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly LeaseServer server = new();
    private readonly RecordingObserver observer = new();
    private readonly List<Candidate> candidates = [];

    public void Dispose() => candidates.ForEach(static c => c.Stop.Dispose());

    [Fact]
    public void The_first_candidate_takes_the_lease_and_keeps_it()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromMinutes(5));
        a.Election.Current.Should().NotBeNull();
        a.Election.Current!.Epoch.Should().Be(0);
        b.Election.Current.Should().BeNull();
        server.Holder.Should().Be("a");
        server.Writes.Should().BeInRange(149, 152, "a lease is renewed every two seconds");
        ((string?)server.Lease!["spec"]!["renewTime"]).Should().MatchRegex(@"^2026-11-20T12:\d\d:\d\d\.\d{6}Z$");
        ((string?)server.Lease["spec"]!["acquireTime"]).Should().Be("2026-11-20T12:00:00.000000Z");
    }

    [Fact]
    public void After_a_crash_another_takes_over_when_the_lease_has_run_out_and_not_before()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromMinutes(1));
        a.Connection.IsDown = true;
        PassUntil(() => a.Election.Current is null).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
        PassUntil(() => b.Election.Current is not null).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(7.5));
        b.Election.Current!.Epoch.Should().Be(1);
        observer.Troubles.Should().Contain("Cannot reach the API server.");
    }

    [Fact]
    public void The_duration_that_counts_is_that_of_the_lease()
    {
        var a = Start("a", new() { Namespace = "ns", Name = "n", Identity = "a", Duration = TimeSpan.FromSeconds(60), RenewDeadline = TimeSpan.FromSeconds(40) });
        Pass(TimeSpan.FromSeconds(10));
        var b = Start("b");
        a.Connection.IsDown = true;
        var took = PassUntil(() => b.Election.Current is not null);
        took.Should().BeGreaterThan(TimeSpan.FromSeconds(58)).And.BeLessThan(TimeSpan.FromSeconds(62));
    }

    [Fact]
    public void The_clock_of_the_holder_does_not_matter()
    {
        server.Lease = Lease("other", "1999-01-01T00:00:00.000000Z");
        var a = Start("a");
        PassUntil(() => a.Election.Current is not null).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(15), "the lease was first seen just now");
        a.Election.Current!.Epoch.Should().Be(8);
    }

    [Fact]
    public async Task A_release_hands_over_within_a_second_and_the_term_ends_first()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(30));
        var lost = a.Election.Current!.Lost;
        string? holderWhenLost = null;
        using var registration = lost.Register(() => holderWhenLost = server.Holder);
        await a.Stop.CancelAsync();
        await a.Running;
        holderWhenLost.Should().Be("a");
        server.Holder.Should().BeEmpty();
        ((int?)server.Lease!["spec"]!["leaseDurationSeconds"]).Should().Be(1);
        PassUntil(() => b.Election.Current is not null).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_candidate_that_stops_gives_nothing_back()
    {
        Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(5));
        await b.Stop.CancelAsync();
        await b.Running;
        server.Holder.Should().Be("a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_two_hold_the_lease_at_once_when_a_renewal_stalls(bool wasWritten)
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(30));
        var term = a.Election.Current!;
        bool? lostBeforeGivenUp = null;
        a.Connection.OnGivenUp = () => lostBeforeGivenUp ??= term.Lost.IsCancellationRequested;
        (a.Connection.StallsAfterWriting, a.Connection.StallsBeforeWriting) = (wasWritten, !wasWritten);
        PassUntil(() => b.Election.Current is not null).Should().BeLessThan(TimeSpan.FromMinutes(10));
        term.Lost.IsCancellationRequested.Should().BeTrue();
        lostBeforeGivenUp.Should().BeFalse("the renewal is cancelled before the loss is announced");
        a.Election.Current.Should().BeNull();
        b.Election.Current!.Epoch.Should().BeGreaterThan(term.Epoch);
        Pass(TimeSpan.FromMinutes(2));
        observer.Troubles.Should().Contain(static t => t.Contains("could not be read or written", StringComparison.Ordinal));
    }

    [Fact]
    public void A_leader_that_was_paused_finds_its_term_gone()
    {
        var a = Start("a");
        Pass(TimeSpan.FromSeconds(30));
        var term = a.Election.Current!;
        time.Jump(TimeSpan.FromSeconds(11));
        a.Election.Current.Should().BeNull("no timer fired and still the term is over");
        a.Election.WaitAsync(CancellationToken.None).IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.Zero);
        term.Lost.IsCancellationRequested.Should().BeTrue();
        PassUntil(() => a.Election.Current is not null);
        a.Election.Current!.Epoch.Should().Be(term.Epoch + 1, "what the term before began must be told from what this one begins");
    }

    [Fact]
    public void A_leader_that_was_paused_until_another_took_over_does_not_write()
    {
        var a = Start("a");
        Pass(TimeSpan.FromSeconds(30));
        server.Lease = Lease("b", "2026-11-20T12:00:59.000000Z");
        server.Annotate("k", "v");
        time.Jump(TimeSpan.FromSeconds(20));
        Pass(TimeSpan.FromSeconds(5));
        a.Election.Current.Should().BeNull();
        server.Holder.Should().Be("b");
    }

    [Fact]
    public void Annotations_of_others_survive_renewals_and_disturb_none()
    {
        var a = Start("a");
        var b = Start("b");
        var term = a.Election.Current!;
        for (int i = 0; i < 60; i++)
        {
            server.Annotate("provenance/low-water-mark", $"{i}");
            Pass(TimeSpan.FromSeconds(1));
        }

        ((string?)server.Lease!["metadata"]!["annotations"]!["provenance/low-water-mark"]).Should().Be("59");
        a.Election.Current.Should().BeSameAs(term);
        a.Connection.IsDown = true;
        TimeSpan began = time.Elapsed;
        while (b.Election.Current is null && time.Elapsed - began < TimeSpan.FromSeconds(30))
        {
            server.Annotate("provenance/low-water-mark", "more");
            Pass(TimeSpan.FromSeconds(0.5));
        }

        (time.Elapsed - began).Should().BeLessThan(TimeSpan.FromSeconds(18), "an annotation is no renewal");
    }

    [Fact]
    public void A_lease_that_was_deleted_is_made_again_in_a_later_epoch()
    {
        var a = Start("a");
        Pass(TimeSpan.FromSeconds(3));
        var term = a.Election.Current!;
        server.Lease = null;
        Pass(TimeSpan.FromSeconds(5));
        term.Lost.IsCancellationRequested.Should().BeTrue();
        a.Election.Current!.Epoch.Should().Be(1);
    }

    [Fact]
    public async Task Wait_gives_the_next_term()
    {
        Start("a");
        var b = Start("b");
        var waiting = b.Election.WaitAsync(CancellationToken.None);
        waiting.IsCompleted.Should().BeFalse();
        await candidates[0].Stop.CancelAsync();
        await candidates[0].Running;
        PassUntil(() => b.Election.Current is not null);
        (await waiting).Should().BeSameAs(b.Election.Current);
        (await b.Election.WaitAsync(CancellationToken.None)).Should().BeSameAs(b.Election.Current);
    }

    [Theory]
    [InlineData(15, 15, 2)]
    [InlineData(15, 10, 10)]
    [InlineData(0.5, 0.4, 0.1)]
    [InlineData(1.5, 1, 0.5)]
    public void Times_that_do_not_fit_together_are_refused(double duration, double deadline, double retry)
    {
        var options = Options("a") with { Duration = TimeSpan.FromSeconds(duration), RenewDeadline = TimeSpan.FromSeconds(deadline), RetryPeriod = TimeSpan.FromSeconds(retry) };
        var make = () => new LeaseElection(server.Connect(), options, time);
        make.Should().Throw<ArgumentException>();
    }

    private static LeaseOptions Options(string identity) => new() { Namespace = "ns", Name = "n", Identity = identity };

    private static JsonObject Lease(string holder, string renewed) => JsonNode.Parse($$$"""
        {"metadata": {"name": "n", "namespace": "ns", "resourceVersion": "999"},
         "spec": {"holderIdentity": "{{{holder}}}", "leaseDurationSeconds": 15, "renewTime": "{{{renewed}}}", "acquireTime": "{{{renewed}}}", "leaseTransitions": 7} }
        """)!.AsObject();

    private Candidate Start(string identity, LeaseOptions? options = null)
    {
        var connection = server.Connect();
        var election = new LeaseElection(connection, options ?? Options(identity), time, observer);
        var stop = new CancellationTokenSource();
        var candidate = new Candidate(election, connection, stop, election.RunAsync(stop.Token));
        candidates.Add(candidate);
        return candidate;
    }

    private void Pass(TimeSpan duration)
    {
        var end = time.Elapsed + duration;
        PassUntil(() => time.Elapsed >= end);
    }

    /// <summary>Lets time pass in small steps, in each of which at most one may hold the lease.</summary>
    private TimeSpan PassUntil(Func<bool> condition)
    {
        var began = time.Elapsed;
        while (!condition())
        {
            (time.Elapsed - began).Should().BeLessThan(TimeSpan.FromHours(1));
            time.Advance(TimeSpan.FromSeconds(0.1));
            candidates.Count(static c => c.Election.Current is not null).Should().BeLessThanOrEqualTo(1);
        }

        return time.Elapsed - began;
    }

    private sealed record Candidate(LeaseElection Election, LeaseServer.Connection Connection, CancellationTokenSource Stop, Task Running);
}
