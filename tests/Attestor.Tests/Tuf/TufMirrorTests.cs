using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Tuf;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.Tuf;

public sealed class TufMirrorTests
{
    [Theory]
    [InlineData("http://tuf.example.com/")]
    [InlineData("https://user:secret@tuf.example.com/")]
    [InlineData("https://tuf.example.com/?a=b")]
    [InlineData("ftp://tuf.example.com/")]
    [InlineData("file:///srv/tuf")]
    public void Only_https_is_spoken_elsewhere_than_on_this_machine(string address) =>
        FluentActions.Invoking(() => new TufMirror(new Uri(address), TimeProvider.System)).Should().Throw<TufException>()
            .Which.Message.Should().Contain("https").And.NotContain("secret");

    [Theory]
    [InlineData("https://tuf.example.com", "tuf.example.com")]
    [InlineData("https://tuf.example.com:8443/", "tuf.example.com_8443")]
    [InlineData("http://[::1]:8080/", "--1_8080")]
    public void A_mirror_has_a_folder_of_its_own(string address, string expected)
    {
        TufMirror.FolderNameOf(new Uri(address)).Should().Be(expected);
        string below = TufMirror.FolderNameOf(new Uri(new Uri(address), "tuf"));
        below.Should().MatchRegex("^[a-z0-9._-]+_[0-9a-f]{12}$").And.StartWith(expected).And.Be(TufMirror.FolderNameOf(new Uri(new Uri(address), "tuf/")));
    }

    [Fact]
    public async Task Redirects_are_followed_within_the_host_only()
    {
        await using var elsewhere = await ScriptedServer.StartAsync(static context => context.Response.WriteAsync("elsewhere"));
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            switch (context.Request.Path.Value)
            {
                case "/a/near":
                    context.Response.Redirect("/b/there");
                    return Task.CompletedTask;
                case "/a/far":
                    context.Response.Redirect($"http://{elsewhere.Address}/x");
                    return Task.CompletedTask;
                case "/a/round":
                    context.Response.Redirect("/a/round");
                    return Task.CompletedTask;
                default:
                    return context.Response.WriteAsync("there");
            }
        });
        using var mirror = new TufMirror(new Uri($"http://{server.Address}/a"), TimeProvider.System);

        (await mirror.GetAsync("near", 5, CancellationToken.None)).Should().Equal("there"u8.ToArray());
        foreach (string name in (string[])["far", "round"])
        {
            (await FluentActions.Awaiting(() => mirror.GetAsync(name, 100, CancellationToken.None)).Should().ThrowAsync<TufException>()).Which.Code.Should().Be(TufException.Unreachable);
        }

        elsewhere.Requests.Should().BeEmpty();
        server.Requests.Should().OnlyContain(static request => request.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(503, 3, TufException.Unreachable)]
    [InlineData(429, 3, TufException.Unreachable)]
    [InlineData(401, 1, TufException.Unreachable)]
    [InlineData(404, 1, TufException.NotFound)]
    [InlineData(403, 1, TufException.NotFound)]
    public async Task What_may_pass_is_tried_three_times(int status, int requests, string code)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var time = new ManualTime();
        using var mirror = new TufMirror(new Uri($"http://{server.Address}/"), time);
        var request = mirror.GetAsync("timestamp.json", 100, CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!request.IsCompleted && !patience.IsCancellationRequested)
        {
            // The pauses are 1 and 2 seconds; the time-out of a request is far longer.
            if (time.Pending is [var pause, ..] && pause <= TimeSpan.FromSeconds(2))
            {
                time.Advance(pause);
            }

            await Task.Yield();
        }

        (await FluentActions.Awaiting(() => request).Should().ThrowAsync<TufException>()).Which.Code.Should().Be(code);
        server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task A_file_that_trickles_is_given_up()
    {
        var asked = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        var time = new ManualTime();
        using var mirror = new TufMirror(new Uri($"http://{server.Address}/"), time);
        var request = mirror.GetAsync("timestamp.json", 100, CancellationToken.None);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));

        time.Advance(TimeSpan.FromSeconds(30));

        (await FluentActions.Awaiting(() => request.WaitAsync(TimeSpan.FromSeconds(30))).Should().ThrowAsync<TufException>())
            .Which.Message.Should().Contain("timestamp.json did not arrive within 30 seconds");
    }
}
