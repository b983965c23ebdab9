using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Watching;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

/// <summary>Changes are told while a long list is being named.</summary>
public sealed class BesideTests : IAsyncLifetime
{
    private StubApiServer server = null!;
    private StubResource runs = null!;

    private static FollowOptions Pages { get; } = Following.Pages with { PageSize = 1 };

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync();
        runs = server.Serve("tekton.dev", "v1", "taskruns");
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            Following.Store(runs, name);
        }
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_change_waits_for_one_item_of_the_list_and_no_more()
    {
        var release = new TaskCompletionSource();
        var recording = new RecordingHandler { OnObject = name => name is "a" ? new ValueTask(release.Task) : ValueTask.CompletedTask };
        var ordered = new OrderedHandler(recording);
        var served = new ServedResource { Resource = Following.Resource, Version = "v1" };
        var first = Observe(ObjectChange.Listed, "a");
        var second = Observe(ObjectChange.Listed, "b");
        var change = Observe(ObjectChange.Modified, "c");
        recording.Calls.Should().BeEmpty();
        release.SetResult();
        await Task.WhenAll(first, second, change);
        recording.Calls.Should().Equal("Listed a", "Modified c", "Listed b");

        Task Observe(ObjectChange why, string name) =>
            ordered.ObserveAsync(served, why, Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{name}}}"} }"""), CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task Changes_are_told_while_a_streamed_list_stalls()
    {
        var release = new TaskCompletionSource();
        server.Fail(static r => r.Target.Contains("sendInitialEvents", StringComparison.Ordinal), async c =>
        {
            await c.Response.WriteAsync("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1001\"}}}\n");
            await c.Response.Body.FlushAsync();
            await release.Task;
        });
        await using var following = new Following(server, Following.Streams);
        await following.ToldAsync("start Start", "Listed a");
        Following.Store(runs, "live");
        await following.ToldAsync("start Start", "Listed a", "Added live");
        release.SetResult();
        await following.ToldAsync("start Start", "Listed a", "Added live", "start Disconnected", "Listed a", "Listed b", "Listed c", "Listed d", "Listed live", "complete");
    }

    [Fact]
    public async Task Changes_are_told_while_a_page_does_not_come()
    {
        var release = new TaskCompletionSource();
        server.Fail(static r => r.Target.Contains("continue=", StringComparison.Ordinal), async c =>
        {
            await release.Task;
            await StubStatus.AnswerAsync(c, 500, "InternalError", "etcd was slow");
        });
        await using var following = new Following(server, Pages);
        await following.ToldAsync("start Start", "Listed a");
        Following.Store(runs, "live");
        runs.Delete("ns", "b");
        await following.ToldAsync("start Start", "Listed a", "Added live", "Deleted b");
        release.SetResult();
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete"));
        following.Handler.Calls.Count(static c => c.StartsWith("start", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_watch_that_expires_during_the_list_begins_everything_anew()
    {
        server.Fail(static r => r.Target.Contains("continue=", StringComparison.Ordinal), static c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        await using var following = new Following(server, Pages);
        await following.ToldAsync("start Start", "Listed a");
        await following.UntilAsync(() => server.Count("watch", "taskruns.tekton.dev") is 1);
        runs.Error(410, "Expired");
        await following.ToldAsync("start Start", "Listed a", "start Expired", "Listed a", "Listed b", "Listed c", "Listed d", "complete");
    }

    [Fact]
    public async Task A_watch_that_cannot_be_opened_does_not_hold_the_list_up()
    {
        server.Fail(static r => r.Verb is "watch", static c => StubStatus.AnswerAsync(c, 500, "InternalError", "no watch today"), times: 100);
        await using var following = new Following(server, Pages);
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete"));
        following.Handler.Calls.Should().StartWith(["start Start", "Listed a", "Listed b", "Listed c", "Listed d", "complete"]);
    }

    [Fact]
    public async Task A_server_that_expires_every_watch_during_the_list_is_listed_to_the_end_first()
    {
        using var listing = new SemaphoreSlim(0);
        server.Fail(static r => r.Verb is "watch" || r.Target.Contains("continue=", StringComparison.Ordinal), async c =>
        {
            if (c.Request.Query["watch"] == "true")
            {
                await listing.WaitAsync();
                await StubStatus.AnswerAsync(c, 410, "Expired", "too old resource version");
                return;
            }

            listing.Release();
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        }, times: 4);
        await using var following = new Following(server, Pages);
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete") && server.Count("watch", "taskruns.tekton.dev") is 3);
        following.Handler.Calls.Should().EndWith(["start Expired", "Listed a", "Listed b", "Listed c", "Listed d", "complete"]);
        server.Requests[^1].Verb.Should().Be("watch", "the third time the watch follows the list");
    }

    [Fact]
    public async Task A_call_that_does_not_return_stops_the_list_and_the_watch()
    {
        var release = new TaskCompletionSource();
        var handler = new RecordingHandler { OnObject = _ => new ValueTask(release.Task) };
        await using var following = new Following(server, Pages, handler);
        await following.UntilAsync(() => server.Count("list", "taskruns.tekton.dev") is 2 && server.Count("watch", "taskruns.tekton.dev") is 1);
        Following.Store(runs, "live");
        following.Handler.Calls.Should().Equal("start Start");
        release.SetResult();
        await following.UntilAsync(() => following.Handler.Calls.Contains("complete"));
    }
}
