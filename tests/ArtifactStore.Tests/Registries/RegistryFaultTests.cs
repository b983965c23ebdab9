using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

/// <summary>What a caller with a retry policy of its own is told: one attempt, whose fault says whether and when to come back.</summary>
public sealed class RegistryFaultTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Manifest = Artifacts.Manifest();

    public static TheoryData<string> Operations => ["resolve a tag", "resolve a digest", "manifest", "blob", "referrers", "find referrers", "push blob", "push manifest"];

    [Theory]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(408, true)]
    [InlineData(413, false)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(501, false)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    public async Task A_refused_push_is_tried_once_and_told_apart(int status, bool transient)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, status, "120"));
        using var client = NewClient();

        var fault = await FaultAsync(client, server.Address, "push manifest");

        fault.Should().BeEquivalentTo(new { IsTransient = transient, Registry = server.Address, RetryAfter = TimeSpan.FromMinutes(2) });
        server.Requests.Should().ContainSingle();
    }

    [Theory, MemberData(nameof(Operations))]
    public async Task A_busy_registry_says_with_every_operation_when_to_come_back(string operation)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 503, "7"));
        using var client = NewClient();

        var fault = await FaultAsync(client, server.Address, operation);

        fault.Should().BeEquivalentTo(new { Code = "UNAVAILABLE", IsTransient = true, Registry = server.Address, RetryAfter = TimeSpan.FromSeconds(7) });
        server.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("Fri, 20 Nov 2026 12:05:00 GMT", 300)]
    [InlineData("Fri, 20 Nov 2026 11:00:00 GMT", null)]
    [InlineData("Fri, 20 Nov 2099 11:00:00 GMT", 3600)]
    [InlineData("2000000000", 3600)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    public async Task Retry_after_may_be_a_date_and_is_bounded(string header, int? seconds)
    {
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 429, header));
        using var client = NewClient(new MovableTime());

        (await FaultAsync(client, server.Address, "manifest")).RetryAfter.Should().Be(seconds is { } given ? TimeSpan.FromSeconds(given) : null);
    }

    [Fact]
    public async Task A_token_service_that_is_busy_makes_the_fault_transient()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\"";
            return context.Request.Path == "/token" ? AnswerAsync(context, 429, "30") : AnswerAsync(context, 401);
        });
        using var client = NewClient();

        (await FaultAsync(client, server.Address, "push blob")).Should()
            .BeEquivalentTo(new { Code = "UNAVAILABLE", IsTransient = true, Registry = server.Address, RetryAfter = TimeSpan.FromSeconds(30) });
    }

    [Theory, MemberData(nameof(Operations))]
    public async Task A_registry_that_hangs_up_is_a_transient_fault_of_that_registry(string operation)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = NewClient();

        (await FaultAsync(client, server.Address, operation)).Should().BeEquivalentTo(new { Code = "UNAVAILABLE", IsTransient = true, Registry = server.Address });
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_a_transient_fault()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentLength = Manifest.Length;
            await context.Response.Body.WriteAsync(Manifest.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var client = NewClient();

        (await FaultAsync(client, server.Address, "manifest")).IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task What_is_no_HTTP_is_a_fault_and_nothing_else()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answered = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.SendAsync("220 mail.example ESMTP\r\n"u8.ToArray());
        });
        using var client = NewClient();

        (await FaultAsync(client, listener.LocalEndpoint.ToString()!, "manifest")).Should().BeEquivalentTo(new { Code = "UNAVAILABLE", IsTransient = true });
        await answered;
    }

    [Theory]
    [InlineData("http://[", "blob")]
    [InlineData("http://:99999/", "blob")]
    [InlineData("http://127.0.0.1:99999/", "push blob")]
    [InlineData("file:///etc/passwd", "blob")]
    [InlineData("file:///etc/passwd", "push blob")]
    [InlineData("//", "push blob")]
    public async Task A_location_that_is_no_address_is_a_lasting_fault(string location, string operation)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.Location = location;
            return AnswerAsync(context, operation == "blob" ? 307 : 202);
        });
        using var client = NewClient();

        var fault = await FaultAsync(client, server.Address, operation);

        fault.Should().BeEquivalentTo(new { Code = "INVALID_RESPONSE", IsTransient = false, Registry = server.Address });
    }

    private static Task AnswerAsync(HttpContext context, int status, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    }

    private static async Task<RegistryException> FaultAsync(RemoteRegistry client, string address, string operation)
    {
        var repository = client.Repository(Reference.Parse($"{address}/app"));
        Func<Task> action = operation switch
        {
            "resolve a tag" => () => repository.ResolveAsync("v1", None),
            "resolve a digest" => () => repository.ResolveAsync(Digest.Of(Manifest).ToString(), None),
            "manifest" => () => repository.FetchManifestAsync(Digest.Of(Manifest), None),
            "blob" => () => repository.FetchBlobAsync(Digest.Of(Manifest), 1000, None),
            "referrers" => () => repository.FetchReferrersAsync(Digest.Of(Manifest), None),
            "find referrers" => () => repository.FindReferrersAsync(Digest.Of(Manifest), Artifacts.BundleType, None),
            "push blob" => () => repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None),
            _ => () => repository.PushManifestAsync(MediaTypes.Manifest, Manifest, tag: null, None),
        };
        return (await FluentActions.Awaiting(action).Should().ThrowAsync<RegistryException>()).Which;
    }

    private static RemoteRegistry NewClient(TimeProvider? time = null) =>
        new(new RemoteRegistryOptions { CredentialsFile = "/nonexistent", Attempts = 1 }, time ?? TimeProvider.System);
}
