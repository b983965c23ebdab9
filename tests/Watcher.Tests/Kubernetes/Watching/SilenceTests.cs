using Microsoft.AspNetCore.Http;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Watching;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

/// <summary>Watches of which nothing comes: because nothing happens, or because nobody is there any more.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private static readonly string[] Whole = ["start Start", "Listed a", "complete"];
    private static readonly TimeSpan Silence = new FollowOptions().WatchSilence;

    private readonly ManualTime time = new();
    private StubApiServer server = null!;
    private StubResource runs = null!;

    private List<string> Watches => [.. server.Requests.Where(static r => r.Verb is "watch").Select(static r => r.Target)];

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync();
        runs = server.Serve("tekton.dev", "v1", "taskruns");
        Following.Store(runs, "a");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_quiet_watch_goes_on_from_where_it_was_and_is_no_trouble()
    {
        await using var following = Follow();
        await following.ToldAsync(Whole);
        for (int watches = 1; watches <= 5; watches++)
        {
            await WatchesAsync(following, watches);
            time.Advance(Silence - TimeSpan.FromSeconds(1));
            Watches.Should().HaveCount(watches);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await WatchesAsync(following, 6);
        Following.Store(runs, "b");
        await following.ToldAsync([.. Whole, "Added b"]);
        following.Observer.Troubles.Should().BeEmpty();
        following.Observer.Listings.Should().ContainSingle("nothing is listed anew");
        time.Elapsed.Should().Be(5 * Silence, "nothing else was waited for");
        Watches.Select(static w => Parameter(w, "resourceVersion")).Distinct().Should().ContainSingle("each goes on from the same version");
    }

    [Fact]
    public async Task A_watch_asks_the_server_to_end_it_after_five_to_ten_minutes()
    {
        await using var following = Follow();
        await WatchesAsync(following, 1);
        int.Parse(Parameter(Watches[0], "timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(300, 600).And.BeGreaterThan((int)Silence.TotalSeconds);
        Parameter(Watches[0], "allowWatchBookmarks").Should().Be("true");
    }

    [Fact]
    public async Task A_quiet_watch_whose_server_is_gone_is_trouble_once_it_is_asked_to_go_on()
    {
        await using var following = Follow();
        await following.ToldAsync(Whole);
        await WatchesAsync(following, 1);
        server.Fail(static r => r.Verb is "watch", static c => Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        time.Advance(Silence);
        await following.UntilAsync(() => Watches.Count is 2 && time.Pending.Contains(TimeSpan.FromSeconds(30)));
        following.Observer.Troubles.Should().BeEmpty();
        time.Advance(TimeSpan.FromSeconds(30));
        await following.UntilAsync(() => following.Observer.Troubles.Count is 1 && time.Pending.Count > 0);
        following.Observer.Troubles[0].Should().EndWith("no answer of the API server in 30 s.");
        time.Advance(TimeSpan.FromSeconds(2));
        await WatchesAsync(following, 3);
        Following.Store(runs, "b");
        await following.ToldAsync([.. Whole, "Added b"]);
    }

    [Fact]
    public async Task A_watch_that_falls_silent_within_an_event_is_trouble()
    {
        var begin = new TaskCompletionSource();
        server.Fail(static r => r.Verb is "watch", async c =>
        {
            await c.Response.Body.FlushAsync();
            await begin.Task;
            await c.Response.WriteAsync("{\"type\":\"ADDED\",\"object\":{");
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using var following = Follow();
        await WatchesAsync(following, 1);
        time.Advance(TimeSpan.FromSeconds(1));
        begin.SetResult();
        await following.UntilAsync(() => time.Pending.Contains(Silence));
        time.Advance(Silence);
        await following.UntilAsync(() => following.Observer.Troubles.Count is 1 && time.Pending.Count > 0);
        following.Observer.Troubles[0].Should().EndWith("no answer of the API server in 120 s.");
        time.Advance(TimeSpan.FromSeconds(2));
        await following.UntilAsync(() => Watches.Count is 2);
        Following.Store(runs, "b");
        await following.ToldAsync([.. Whole, "Added b"]);
    }

    private static string Parameter(string target, string name) => System.Web.HttpUtility.ParseQueryString(target[target.IndexOf('?', StringComparison.Ordinal)..])[name]!;

    private Following Follow() => new(server, new FollowOptions { StreamLists = false }, time: time);

    /// <summary>Waits until so many watches were opened and the last one is being read.</summary>
    private Task WatchesAsync(Following following, int count) => following.UntilAsync(() => Watches.Count == count && time.Pending.Contains(Silence));
}
