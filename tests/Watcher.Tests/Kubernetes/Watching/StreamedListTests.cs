using Microsoft.AspNetCore.Http;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

public sealed class StreamedListTests : IAsyncLifetime
{
    private StubApiServer server = null!;
    private StubResource runs = null!;

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync();
        runs = server.Serve("tekton.dev", "v1", "taskruns");
        Following.Store(runs, "a");
        Following.Store(runs, "b");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_streamed_list_runs_beside_the_watch()
    {
        await using var following = new Following(server, Following.Streams);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        Following.Store(runs, "c");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added c");
        server.Requests.Should().HaveCount(3);
        server.Requests[0].Target.Should().Contain("?limit=1");
        server.Requests.Should().ContainSingle(static r => IsStreamedList(r)).Which.Target.Should().Contain("resourceVersionMatch=NotOlderThan").And.Contain("allowWatchBookmarks=true");
        server.Requests.Should().ContainSingle(static r => r.Verb == "watch" && !IsStreamedList(r)).Which.Target.Should().EndWith("&resourceVersion=1002");
    }

    [Theory]
    [InlineData(StreamedLists.Refused)]
    [InlineData(StreamedLists.ErrorEvent)]
    public async Task Pages_are_asked_for_where_lists_are_not_streamed(StreamedLists streams)
    {
        server.StreamedLists = streams;
        await using var following = new Following(server, Following.Streams);
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete"));
        following.Handler.Calls.Should().EndWith(["start Fallback", "Listed a", "Listed b", "complete"]);
        following.Observer.Troubles.Should().BeEmpty();
        runs.Error(410, "Expired");
        await following.UntilAsync(() => following.Handler.Calls.Count(static c => c is "complete") is 2);
        server.Requests.Count(static r => r.Target.Contains("sendInitialEvents", StringComparison.Ordinal)).Should().Be(1, "the server said no before");
    }

    [Fact]
    public async Task Pages_are_asked_for_where_no_end_is_announced()
    {
        server.StreamedLists = StreamedLists.Ignored;
        var time = new ManualTime();
        await using var following = new Following(server, Following.Streams, time: time);
        await following.ToldAsync("start Start", "Listed a", "Listed b");
        await following.UntilAsync(() =>
        {
            // When the follower begins to wait for more is not seen from here; nothing else is waited for meanwhile.
            time.Advance(TimeSpan.FromSeconds(1));
            return following.Handler.Calls.Count > 3;
        });
        await following.ToldAsync("start Start", "Listed a", "Listed b", "start Fallback", "Listed a", "Listed b", "complete");
    }

    [Fact]
    public async Task Pages_are_asked_for_where_changes_never_pause_and_no_end_is_announced()
    {
        server.StreamedLists = StreamedLists.Ignored;
        using var stop = new CancellationTokenSource();
        var busy = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Following.Store(runs, "a");
                await Task.Delay(5);
            }
        });
        await using var following = new Following(server, Following.Streams with { StreamedListDeadline = TimeSpan.FromMilliseconds(300) });
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete"));
        following.Handler.Calls.Should().Contain("start Fallback");
        await stop.CancelAsync();
        await busy;
    }

    [Fact]
    public async Task A_streamed_list_that_breaks_off_begins_anew()
    {
        var wasRead = new TaskCompletionSource();
        server.Fail(static r => IsStreamedList(r), async c =>
        {
            await c.Response.WriteAsync("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1001\"}}}\n{\"type\":");
            await c.Response.Body.FlushAsync();
            await wasRead.Task;
            c.Abort();
        });
        await using var following = new Following(server, Following.Streams);
        await following.ToldAsync("start Start", "Listed a");
        wasRead.SetResult();
        await following.ToldAsync("start Start", "Listed a", "start Disconnected", "Listed a", "Listed b", "complete");
        server.Requests.Where(static r => r.Verb is "list").Should().OnlyContain(static r => r.Target.Contains("?limit=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again_for_a_streamed_list()
    {
        server.Fail(static r => IsStreamedList(r), static c => StubStatus.AnswerAsync(c, 429, "TooManyRequests", "storage is (re)initializing"));
        await using var following = new Following(server, Following.Streams);
        await following.ToldAsync("start Start", "start Disconnected", "Listed a", "Listed b", "complete");
        following.Observer.Troubles.Should().ContainSingle().Which.Should().Contain("429: storage is (re)initializing");
    }

    [Fact]
    public async Task An_expired_streamed_list_is_streamed_again()
    {
        await using var following = new Following(server, Following.Streams);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        await following.UntilAsync(() =>
        {
            // The streamed list that was left may take an event before the server sees that it was.
            runs.Error(410, "Expired");
            return following.Handler.Calls.Contains("start Expired");
        });
        await following.UntilAsync(() => following.Handler.Calls.Count(static c => c is "complete") > 1);
        server.Requests.Count(static r => IsStreamedList(r)).Should().BeGreaterThan(1);
    }

    private static bool IsStreamedList(StubRequest request) => request.Target.Contains("sendInitialEvents=true", StringComparison.Ordinal);
}
