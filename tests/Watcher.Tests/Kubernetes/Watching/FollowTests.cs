using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Watching;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

public sealed class FollowTests : IAsyncLifetime
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
    public async Task Follow_lists_and_then_names_every_change()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        Following.Store(runs, "c");
        Following.Store(runs, "a");
        runs.Delete("ns", "b");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added c", "Modified a", "Deleted b");
        following.Handler.Served.Should().BeEquivalentTo(new { Version = "v1", ApiVersion = "tekton.dev/v1", Namespace = (string?)null });
        following.Observer.Listings.Should().Equal("taskruns.tekton.dev Start");
        following.Observer.Requests.Should().Equal("list taskruns.tekton.dev 200", "watch taskruns.tekton.dev 200");
    }

    [Fact]
    public async Task Follow_asks_for_pages_until_the_list_ends()
    {
        for (int i = 0; i < 10; i++)
        {
            Following.Store(runs, $"n{i}");
        }

        await using var following = new Following(server, Following.Pages with { PageSize = 5 });
        await following.ToldAsync(["start Start", "Listed a", "Listed b", .. Enumerable.Range(0, 10).Select(static i => $"Listed n{i}"), "complete"]);
        server.Count("list", "taskruns.tekton.dev").Should().Be(3);
        server.Requests.Where(static r => r.Verb is "list").Should().OnlyContain(static r => r.Target.Contains("limit=5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Follow_asks_for_one_namespace()
    {
        Following.Store(runs, "elsewhere", "other");
        await using var following = new Following(server, @namespace: "other");
        await following.ToldAsync("start Start", "Listed elsewhere", "complete");
        server.Requests[0].Target.Should().StartWith("/apis/tekton.dev/v1/namespaces/other/taskruns?limit=500");
    }

    [Fact]
    public void Every_request_carries_the_selector_and_versions_stay_opaque()
    {
        var served = new ServedResource { Resource = Following.Resource with { LabelSelector = "done=true,a in (b)" }, Version = "v1" };
        const string Selector = "&labelSelector=done%3Dtrue%2Ca%20in%20%28b%29";
        FollowRequests.List(served, 500, "a/b+c=").Path.Should().Be($"apis/tekton.dev/v1/taskruns?limit=500{Selector}&continue=a%2Fb%2Bc%3D");
        FollowRequests.StreamedList(served, new FollowOptions()).Path.Should().Contain(Selector);
        FollowRequests.Watch(served, "x&y", new FollowOptions()).Path.Should().Contain(Selector).And.EndWith("&resourceVersion=x%26y");
    }

    [Fact]
    public void Watches_are_asked_to_end_after_five_to_ten_minutes()
    {
        var served = new ServedResource { Resource = Following.Resource, Version = "v1" };
        int[] seconds = [.. Enumerable.Range(0, 100).Select(_ => int.Parse(FollowRequests.Watch(served, "1", new FollowOptions()).Path.Split("timeoutSeconds=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture))];
        seconds.Should().OnlyContain(static s => s >= 300 && s <= 600);
        seconds.Distinct().Count().Should().BeGreaterThan(10);
    }

    [Fact]
    public async Task Follow_asks_for_smaller_pages_when_one_is_too_large()
    {
        Following.Store(runs, "c", padding: 400_000);
        Following.Store(runs, "d", padding: 400_000);
        await using var following = new Following(server, Following.Pages with { PageSize = 4, MaximumPage = 500_000 });
        await following.ToldAsync("start Start", "Listed a", "Listed b", "Listed c", "Listed d", "complete");
        server.Requests.Where(static r => r.Verb is "list").Select(static r => r.Target.Contains("limit=4", StringComparison.Ordinal)).Should().StartWith(true).And.EndWith(false);
    }

    [Fact]
    public async Task A_list_that_expires_between_two_pages_begins_anew()
    {
        server.Fail(static r => r.Target.Contains("continue=", StringComparison.Ordinal), static c => StubStatus.AnswerAsync(c, 410, "Expired", "the provided continue parameter is too old"));
        await using var following = new Following(server, Following.Pages with { PageSize = 1 });
        await following.ToldAsync("start Start", "Listed a", "start Expired", "Listed a", "Listed b", "complete");
    }

    [Fact]
    public async Task A_page_that_fails_is_asked_for_again_without_a_new_list()
    {
        server.Fail(static r => r.Target.Contains("continue=", StringComparison.Ordinal), static c => StubStatus.AnswerAsync(c, 500, "InternalError", "etcd is away"), times: 2);
        await using var following = new Following(server, Following.Pages with { PageSize = 1 });
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        following.Observer.Troubles.Should().HaveCount(2).And.OnlyContain(static t => t.Contains("500: etcd is away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_relists_after_a_410_inside_200()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        runs.Error(410, "Expired");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "start Expired", "Listed a", "Listed b", "complete");
        following.Observer.Listings.Should().Equal("taskruns.tekton.dev Start", "taskruns.tekton.dev Expired");
        following.Observer.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task Watch_relists_after_a_410_as_the_answer()
    {
        server.Fail(static r => r.Verb is "watch", static c => StubStatus.AnswerAsync(c, 410, "Expired", "too old resource version"));
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "start Expired", "Listed a", "Listed b", "complete");
    }

    [Fact]
    public async Task Watch_goes_on_where_it_was_after_errors_in_the_stream()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        foreach (int code in (int[])[500, 504, 429])
        {
            runs.Error(code, "Scripted");
            await following.UntilAsync(() => following.Observer.Troubles.Any(t => t.Contains($"{code}", StringComparison.Ordinal)));
        }

        Following.Store(runs, "c");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added c");
        server.Count("list", "taskruns.tekton.dev").Should().Be(1);
    }

    [Fact]
    public async Task Watch_relists_when_the_server_keeps_refusing_to_go_on()
    {
        server.Fail(static r => r.Verb is "watch", static c => StubStatus.AnswerAsync(c, 504, "Timeout", "Too large resource version"), times: 5);
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "start Disconnected", "Listed a", "Listed b", "complete");
    }

    [Fact]
    public async Task Watch_drops_a_line_that_was_cut_and_reads_it_after_reconnecting()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        runs.Cut();
        Following.Store(runs, "c");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added c");
        server.Count("list", "taskruns.tekton.dev").Should().Be(1);
    }

    [Fact]
    public async Task Watch_goes_on_from_the_last_bookmark()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        await following.UntilAsync(() => server.Count("watch", "taskruns.tekton.dev") is 1);
        runs.Advance();
        runs.End();
        await following.UntilAsync(() => server.Count("watch", "taskruns.tekton.dev") is 2);
        server.Requests.Where(static r => r.Verb is "watch").Select(static r => r.Target.Split("resourceVersion=")[^1]).Should().Equal("1002", "1003");
        following.Observer.Troubles.Should().BeEmpty("the end of a watch is normal");
    }

    [Fact]
    public async Task Watch_takes_lines_of_every_length_in_pieces()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        runs.SendRaw("\n\r\n");
        runs.SendRaw("{\"type\":\"ADDED\",\"obj");
        runs.SendRaw("ect\":{\"metadata\":{\"name\":\"halves\",\"resourceVersion\":\"1002\"}}}\n");
        Following.Store(runs, "long", padding: 3_000_000);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added halves", "Added long");
    }

    [Fact]
    public async Task Watch_never_passes_over_a_line_that_it_does_not_understand()
    {
        await using var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        runs.SendRaw("{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}\n");
        Following.Store(runs, "c");
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete", "Added c");
        following.Observer.Troubles.Should().ContainSingle().Which.Should().Contain("a line of the stream is no event");
        server.Count("watch", "taskruns.tekton.dev").Should().Be(2);
    }

    [Fact]
    public async Task Watch_refuses_a_line_without_end()
    {
        await using var following = new Following(server, Following.Pages with { MaximumEvent = 300_000 });
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        runs.SendRaw(new string('x', 2_000_000));
        await following.UntilAsync(() => following.Observer.Troubles.Count > 0);
        following.Observer.Troubles[0].Should().Contain("an event has more than 300000 bytes");
    }

    [Fact]
    public async Task What_the_handler_throws_ends_the_following_also_when_it_looks_like_trouble_of_the_server()
    {
        await using var following = new Following(server, handler: new RecordingHandler { OnObject = static _ => throw new KubernetesApiException(503, "", "of the handler", isTransient: true) });
        var follow = () => following.Task;
        (await follow.Should().ThrowAsync<KubernetesApiException>()).WithMessage("of the handler");
        following.Observer.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task Follow_ends_when_it_is_cancelled()
    {
        var following = new Following(server);
        await following.ToldAsync("start Start", "Listed a", "Listed b", "complete");
        await following.DisposeAsync();
        following.Task.IsCanceled.Should().BeTrue();
    }
}
