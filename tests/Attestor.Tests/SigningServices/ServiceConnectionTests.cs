using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Testing;
using Provenance.Testing.Registries;
using static Provenance.Attestor.Tests.SigningServices.Connections;

namespace Provenance.Attestor.Tests.SigningServices;

public sealed class ServiceConnectionTests
{
    [Fact]
    public async Task A_request_carries_what_it_was_given_and_brings_the_answer()
    {
        string? seen = null;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.ContentType} {context.Request.Headers.Accept} {context.Request.Headers.UserAgent} {await reader.ReadToEndAsync()}";
            await AnswerAsync(context, 200, "yes");
        });

        var answer = await New().SendAsync(Request(server.Address, "abc.def.ghi"), CancellationToken.None);

        (answer.Status, Encoding.UTF8.GetString(answer.Body)).Should().Be((HttpStatusCode.OK, "yes"));
        seen.Should().Be("application/json application/json provenance/0.1 {}");
        server.Requests.Should().Equal("POST /api Bearer abc.def.ghi");
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again_after_a_random_pause_that_grows()
    {
        var statuses = new Queue<int>([503, 429, 200]);
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, statuses.Dequeue(), "words"));
        var time = new RetryTime();

        var answer = await New(time).SendAsync(Request(server.Address), CancellationToken.None);

        answer.Status.Should().Be(HttpStatusCode.OK);
        server.Requests.Should().HaveCount(3);
        time.Pauses.Count.Should().BeLessThanOrEqualTo(2, "a pause of nothing needs no timer");
        time.Pauses.Should().OnlyContain(pause => pause <= TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_service_that_stays_away_is_tried_three_times(int status)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, status, "{\"code\":14,\"message\":\"no\\tleader\"}"));

        var fault = await FaultAsync(Request(server.Address));

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = true, Service = server.Address, RetryAfter = (TimeSpan?)null });
        fault.Message.Should().Be($"The certificate authority {server.Address} is away or busy (status {status}): \"no leader\". Try again later.");
        server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_is_granted()
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 503, "", ("Retry-After", "7")));
        var time = new RetryTime();

        var fault = await FaultAsync(Request(server.Address), time);

        fault.RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
        time.Pauses.Should().HaveCount(2).And.OnlyContain(pause => pause >= TimeSpan.FromSeconds(7) && pause <= TimeSpan.FromSeconds(8));
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("2000000000", 3600)]
    [InlineData("Fri, 20 Nov 2026 12:05:00 GMT", 300)]
    public async Task A_pause_too_long_to_wait_for_is_left_to_the_caller(string header, int seconds)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 429, "", ("Retry-After", header)));

        var fault = await FaultAsync(Request(server.Address));

        fault.Should().BeEquivalentTo(new { IsTransient = true, RetryAfter = TimeSpan.FromSeconds(seconds) });
        server.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData(400, SigningServiceException.Refused)]
    [InlineData(401, SigningServiceException.Refused)]
    [InlineData(404, SigningServiceException.Refused)]
    [InlineData(409, SigningServiceException.Refused)]
    [InlineData(201, SigningServiceException.BadAnswer)]
    [InlineData(304, SigningServiceException.BadAnswer)]
    public async Task An_answer_that_is_not_expected_ends_the_attempts(int status, string code)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, status));

        var fault = await FaultAsync(Request(server.Address));

        fault.Should().BeEquivalentTo(new { Code = code, IsTransient = false, Service = server.Address });
        fault.Message.Should().Contain(server.Address).And.Contain($"{status}");
        server.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task No_redirect_is_followed_so_that_no_token_goes_elsewhere(int status)
    {
        await using var thief = await ScriptedServer.StartAsync(context => AnswerAsync(context, 200));
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, status, "", ("Location", $"http://{thief.Address}/api")));

        (await FaultAsync(Request(server.Address, "abc.def.ghi"))).Code.Should().Be(SigningServiceException.BadAnswer);

        thief.Requests.Should().BeEmpty();
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_client_that_follows_redirects_is_found_out()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Path == "/api"
            ? AnswerAsync(context, 307, "", ("Location", "/other"))
            : AnswerAsync(context, 200));
        using var following = new HttpClient();

        await FluentActions.Awaiting(() => new ServiceConnection(following, new RetryTime(), new ServiceOptions()).SendAsync(Request(server.Address), CancellationToken.None))
            .Should().ThrowAsync<SigningServiceException>().Where(e => e.Code == SigningServiceException.BadAnswer);
    }

    [Theory]
    [InlineData("/entries/1", true)]
    [InlineData("http://elsewhere.example/entries/1", false)]
    [InlineData("//elsewhere.example/entries/1", false)]
    [InlineData("http://[", false)]
    [InlineData("http://{host}/entries/1", true)]
    [InlineData("http://alice:hunter2@{host}/entries/1", false)]
    [InlineData("https://{host}/entries/1", false)]
    public async Task The_location_of_an_expected_answer_stays_with_the_service(string location, bool kept)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 200, "", ("Location", location.Replace("{host}", $"{context.Request.Host}", StringComparison.Ordinal))));

        var answer = await New().SendAsync(Request(server.Address), CancellationToken.None);

        answer.Location.Should().Be(kept ? new Uri($"http://{server.Address}/entries/1") : null);
    }

    [Theory]
    [InlineData(1000, true, true)]
    [InlineData(1000, false, true)]
    [InlineData(1001, true, false)]
    [InlineData(1001, false, false)]
    public async Task An_answer_is_read_up_to_its_bound(int size, bool declared, bool fits)
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentLength = declared ? size : null;
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync(new string('x', size));
        });

        if (fits)
        {
            (await New().SendAsync(Request(server.Address), CancellationToken.None)).Body.Should().HaveCount(size);
            return;
        }

        var fault = await FaultAsync(Request(server.Address));
        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.BadAnswer, IsTransient = false });
        fault.Message.Should().Contain("1000");
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task An_endless_error_is_cut_off()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 400;
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync("no! ", context.RequestAborted);
            }
        });

        var fault = await FaultAsync(Request(server.Address));

        fault.Code.Should().Be(SigningServiceException.Refused);
        fault.Message.Length.Should().BeLessThan(200);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_given_up_after_three_attempts()
    {
        await using var server = await ScriptedServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var time = new SkippingTime();

        var fault = await FaultAsync(Request(server.Address), time);

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = true, Service = server.Address });
        fault.Message.Should().Contain("did not answer within 10 seconds");
        time.Delays.Count(delay => delay == TimeSpan.FromSeconds(10)).Should().Be(3);
    }

    [Fact]
    public async Task A_body_that_never_ends_its_silence_is_given_up_too()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var time = new ManualTime();
        var sending = New(time, new ServiceOptions { Attempts = 1 }).SendAsync(Request(server.Address), CancellationToken.None);

        while (server.Requests.Count is 0)
        {
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromSeconds(10));

        (await FluentActions.Awaiting(() => sending).Should().ThrowAsync<SigningServiceException>()).Which.Message.Should().Contain("10 seconds");
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_gets_no_further_attempts()
    {
        using var gone = new CancellationTokenSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await gone.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        await FluentActions.Awaiting(() => New().SendAsync(Request(server.Address), gone.Token)).Should().ThrowAsync<OperationCanceledException>();

        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_service_that_hangs_up_is_asked_again()
    {
        int calls = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (++calls < 3)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });

        (await New().SendAsync(Request(server.Address), CancellationToken.None)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_transient_fault()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var fault = await FaultAsync(Request($"{socket.LocalEndPoint}"));

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = true, Service = $"{socket.LocalEndPoint}" });
    }
}
