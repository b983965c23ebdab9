using Microsoft.AspNetCore.Http;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Requests;
using Provenance.Watcher.Kubernetes.Watching;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

public sealed class OutageTests : IAsyncLifetime
{
    private static readonly string[] Whole = ["start Start", "Listed a", "complete"];

    private StubApiServer server = null!;
    private StubResource runs = null!;

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync();
        runs = server.Serve("tekton.dev", "v1", "taskruns");
        Following.Store(runs, "a");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_handler_that_takes_its_time_is_no_silence_of_the_server()
    {
        var time = new ManualTime();
        var release = new TaskCompletionSource();
        var handler = new RecordingHandler { OnObject = name => name is "slow" ? new ValueTask(release.Task) : ValueTask.CompletedTask };
        await using var following = new Following(server, new FollowOptions { StreamLists = false }, handler, time: time);
        await following.ToldAsync(Whole);
        await following.UntilAsync(() => time.Pending.Contains(TimeSpan.FromMinutes(2)));
        Following.Store(runs, "slow");
        await following.UntilAsync(() => time.Pending.Count is 0);
        time.Advance(TimeSpan.FromHours(1));
        release.SetResult();
        await following.ToldAsync([.. Whole, "Added slow"]);
        Following.Store(runs, "c");
        await following.ToldAsync([.. Whole, "Added slow", "Added c"]);
        server.Count("watch", "taskruns.tekton.dev").Should().Be(1);
    }

    [Fact]
    public async Task A_list_that_stalls_is_asked_for_again()
    {
        var time = new ManualTime();
        server.Fail(static r => r.Verb is "list", static async c =>
        {
            await c.Response.WriteAsync("{\"items\":[");
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using var following = new Following(server, Following.Pages, time: time);
        await following.UntilAsync(() => following.Observer.Requests.Count is 1);
        await following.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return following.Observer.Troubles.Count > 0;
        });
        await following.UntilAsync(() => time.Pending.Count > 0);
        time.Advance(TimeSpan.FromSeconds(1));
        await following.ToldAsync(Whole);
    }

    [Fact]
    public async Task Follow_outlives_a_server_that_is_away()
    {
        server.Fail(static r => r.Verb is "list", static c =>
        {
            c.Abort();
            return Task.CompletedTask;
        }, times: 12);
        await using var following = new Following(server);
        await following.ToldAsync(Whole);
        following.Observer.Troubles.Should().HaveCount(12);
    }

    [Fact]
    public async Task Watches_that_end_at_once_are_not_opened_in_a_circle()
    {
        var time = new ManualTime();
        server.Fail(static r => r.Verb is "watch", static _ => Task.CompletedTask, times: 100);
        await using var following = new Following(server, new FollowOptions { StreamLists = false }, time: time);
        await following.UntilAsync(() => server.Count("watch", "taskruns.tekton.dev") is 1 && time.Pending is [{ TotalSeconds: < 29 }]);
        time.Pending[0].Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.8)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(1.2));
        time.Advance(time.Pending[0]);
        await following.UntilAsync(() => server.Count("watch", "taskruns.tekton.dev") is 2 && time.Pending is [{ TotalSeconds: < 29 }]);
        time.Pending[0].Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1.6));
        following.Observer.Troubles.Should().BeEmpty();
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Fri, 20 Nov 2026 12:00:09 GMT", 9)]
    public async Task Retry_After_is_obeyed(string header, int seconds)
    {
        var time = new ManualTime();
        server.Fail(static r => r.Verb is "list", c =>
        {
            c.Response.Headers.RetryAfter = header;
            return StubStatus.AnswerAsync(c, 429, "TooManyRequests", "too many requests");
        });
        await using var following = new Following(server, time: time);
        await following.UntilAsync(() => following.Observer.Troubles.Count is 1 && time.Pending.Count is 1);
        time.Pending[0].Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(seconds)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(seconds + 1));
        time.Advance(TimeSpan.FromSeconds(seconds + 1));
        await following.ToldAsync(Whole);
    }

    [Fact]
    public async Task RetryAfterSeconds_of_a_Status_is_obeyed_in_answers_and_in_streams()
    {
        var time = new ManualTime();
        await using var following = new Following(server, time: time);
        await following.ToldAsync(Whole);
        runs.Error(504, "Timeout", retryAfter: 11);
        await following.UntilAsync(() => following.Observer.Troubles.Count is 1 && time.Pending.Count is 1);
        time.Pending[0].Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(11));
    }

    [Fact]
    public void A_wait_that_no_server_means_is_bounded()
    {
        using var response = new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("Retry-After", "99999999");
        var request = new ApiRequest { Verb = "list", Resource = "pods", Target = "pods", Method = HttpMethod.Get, Path = "api/v1/pods" };
        ApiFailure.Of(request, response, default, TimeProvider.System).RetryAfter.Should().Be(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Waits_double_from_800_ms_to_30_s_and_are_spread()
    {
        for (int failures = 1; failures < 50; failures++)
        {
            double least = Math.Min(0.8 * Math.Pow(2, failures - 1), 20);
            var wait = RetryDelay.After(failures, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(30), asked: null);
            wait.TotalSeconds.Should().BeInRange(least, least * 1.5);
        }
    }

    [Fact]
    public async Task A_resource_that_is_not_served_is_reported_once_and_looked_for_every_minute()
    {
        new FollowOptions().UnservedDelay.Should().Be(TimeSpan.FromMinutes(1));

        // Another length than that of a request's time-out, by which it can be told from one.
        var minute = TimeSpan.FromSeconds(63);
        var time = new ManualTime();
        server.Remove(runs);
        await using var following = new Following(server, new FollowOptions { UnservedDelay = minute }, time: time);
        for (int looks = 1; looks <= 3; looks++)
        {
            await following.UntilAsync(() => server.Count("list", "taskruns.tekton.dev") == looks * 2 && time.Pending.Contains(minute));
            time.Advance(minute);
        }

        following.Observer.UnservedResources.Should().Equal("taskruns.tekton.dev");
        following.Observer.Troubles.Should().BeEmpty();
        Following.Store(server.Serve("tekton.dev", "v1beta1", "taskruns"), "old");
        await following.UntilAsync(() => server.Count("list", "taskruns.tekton.dev") is 8 && (time.Pending.Contains(minute) || following.Handler.Calls.Count > 2));
        time.Advance(minute);
        await following.ToldAsync("start Start", "Listed old", "complete");
        following.Handler.Served!.ApiVersion.Should().Be("tekton.dev/v1beta1");
    }

    [Fact]
    public async Task A_resource_that_goes_away_is_reported_and_listed_when_it_is_back()
    {
        await using var following = new Following(server);
        await following.ToldAsync(Whole);
        server.Remove(runs);
        runs.End();
        await following.UntilAsync(() => following.Observer.UnservedResources.Count is 1);
        Following.Store(server.Serve("tekton.dev", "v1", "taskruns"), "new");
        await following.ToldAsync([.. Whole, "start Disconnected", "Listed new", "complete"]);
    }

    [Fact]
    public async Task A_resource_that_a_restarted_server_does_not_know_yet_is_asked_for_again_within_seconds_and_in_the_same_version()
    {
        var time = new ManualTime();
        await using var following = new Following(server, new FollowOptions { StreamLists = false }, time: time);
        await following.ToldAsync(Whole);
        Following.Store(runs, "b");
        await following.ToldAsync([.. Whole, "Added b"]);
        Following.Store(server.Serve("tekton.dev", "v1beta1", "taskruns"), "older");
        server.Remove(runs);
        runs.End();
        for (int misses = 1; misses <= 4; misses++)
        {
            await following.UntilAsync(() => following.Observer.Troubles.Count == misses && time.Pending.Any(static wait => wait < TimeSpan.FromSeconds(10)));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        await following.UntilAsync(() => following.Observer.Troubles.Count is 5 && time.Pending.Any(static wait => wait < TimeSpan.FromSeconds(20)));
        Following.Store(server.Serve("tekton.dev", "v1", "taskruns"), "new");
        time.Advance(TimeSpan.FromSeconds(20));
        await following.ToldAsync([.. Whole, "Added b", "start Disconnected", "Listed new", "complete"]);
        following.Handler.Served!.ApiVersion.Should().Be("tekton.dev/v1");
        following.Observer.UnservedResources.Should().BeEmpty();
    }

    [Fact]
    public async Task A_403_says_what_to_grant()
    {
        server.Fail(static r => r.Verb is "list", static c => StubStatus.AnswerAsync(c, 403, "Forbidden", "taskruns.tekton.dev is forbidden: User \"x\" cannot list"));
        await using var following = new Following(server);
        await following.ToldAsync(Whole);
        following.Observer.Troubles.Should().Equal(
            "Cannot list taskruns.tekton.dev v1 in all namespaces: the API server answered 403: taskruns.tekton.dev is forbidden: User \"x\" cannot list. Grant \"list\" on taskruns.tekton.dev to the identity that is used.");
    }
}
