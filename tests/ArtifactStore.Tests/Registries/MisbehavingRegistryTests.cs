using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class MisbehavingRegistryTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Wanted = Artifacts.Manifest();

    [Fact]
    public async Task Wrong_bytes_are_a_lie_whatever_the_headers_say()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Digest.Of(Wanted).ToString();
            context.Response.ContentType = MediaTypes.Manifest;
            return context.Response.Body.WriteAsync(Artifacts.Manifest(artifactType: "evil/type")).AsTask();
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        await ShouldFail(() => repository.FetchManifestAsync(Digest.Of(Wanted), None), "DIGEST_LIE");
        await ShouldFail(() => repository.ResolveAsync(Digest.Of(Wanted).ToString(), None), "DIGEST_LIE");
        await ShouldFail(() => repository.FetchBlobAsync(Digest.Of(Wanted), 10_000, None), "DIGEST_LIE");
    }

    [Fact]
    public async Task The_digest_of_a_tag_is_computed_and_not_believed()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Artifacts.Missing.ToString();
            context.Response.ContentType = "text/html";
            return context.Response.Body.WriteAsync(Wanted).AsTask();
        });
        using var client = NewClient();

        var resolved = await client.Repository(Reference.Parse($"{server.Address}/app")).ResolveAsync("v1", None);

        resolved.Should().Be(Descriptor.Of(MediaTypes.Manifest, Wanted));
    }

    [Fact]
    public async Task An_endless_body_is_cut_off()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            byte[] chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        await ShouldFail(() => repository.FetchManifestAsync(Artifacts.Missing, None), "LIMIT");
        await ShouldFail(() => repository.FetchBlobAsync(Artifacts.Missing, 1_000_000, None), "LIMIT");
        await ShouldFail(() => repository.FetchReferrersAsync(Artifacts.Missing, None), "LIMIT");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public async Task A_body_of_any_length_is_read_to_its_last_byte_and_not_beyond_its_limit(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            foreach (byte[] piece in content.Chunk(7_001))
            {
                await context.Response.Body.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        (await repository.FetchBlobAsync(Digest.Of(content), length, None)).Should().Equal(content);
        if (length > 0)
        {
            await ShouldFail(() => repository.FetchBlobAsync(Digest.Of(content), length - 1, None), "LIMIT");
        }
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_given_up_on()
    {
        await using var server = await ScriptedServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var client = NewClient(new RemoteRegistryOptions { CredentialsFile = "/nonexistent", RequestTimeout = TimeSpan.FromMilliseconds(50), Attempts = 1 });

        // Manifests may take a second more for every 64 KiB they could have.
        await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).FetchBlobAsync(Artifacts.Missing, 1, None), "UNAVAILABLE", transient: true);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_a_transient_fault()
    {
        string address;
        await using (var server = await ScriptedServer.StartAsync(_ => Task.CompletedTask))
        {
            address = server.Address;
        }

        using var client = NewClient();

        await ShouldFail(() => client.Repository(Reference.Parse($"{address}/app")).ResolveAsync("v1", None), "UNAVAILABLE", transient: true);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_registry_that_is_busy_is_asked_again(int status)
    {
        int asked = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.StatusCode = ++asked < 3 ? status : 200;
            context.Response.Headers.RetryAfter = "3600";
            await context.Response.Body.WriteAsync(asked < 3 ? [] : Wanted);
        });
        using var client = NewClient();

        var fetched = await client.Repository(Reference.Parse($"{server.Address}/app")).FetchManifestAsync(Digest.Of(Wanted), None);

        fetched!.Content.Should().Equal(Wanted);
        asked.Should().Be(3, "and a Retry-After of an hour is not waited for in full");
    }

    [Theory]
    [InlineData(503, true, 3)]
    [InlineData(403, false, 1)]
    [InlineData(400, false, 1)]
    public async Task A_registry_that_stays_away_or_refuses_is_told_apart(int status, bool transient, int requests)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("""{"errors":[{"code":"DENIED","message":"not for \u001b[31myou"}]}""");
        });
        using var client = NewClient();

        var exception = await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).ResolveAsync("v1", None), "DENIED", transient);

        exception.Message.Should().Contain($"{status}").And.Contain("not for [31myou").And.NotContain("\u001b");
        server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task Pages_of_referrers_that_lead_in_a_circle_end()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.Index;
            context.Response.Headers.Link = $"<{context.Request.Path}?page={(context.Request.Query["page"] == "1" ? "2" : "1")}>; rel=\"next\"";
            return context.Response.Body.WriteAsync(ReferrerIndex.Empty().Serialize()).AsTask();
        });
        using var client = NewClient();

        await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).FetchReferrersAsync(Artifacts.Missing, None), "INVALID_RESPONSE");
        server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task Pages_of_referrers_without_end_end()
    {
        int page = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.Index;
            context.Response.Headers.Link = $"<{context.Request.Path}?page={++page}>; rel=\"next\"";
            return context.Response.Body.WriteAsync(ReferrerIndex.Empty().Serialize()).AsTask();
        });
        using var client = NewClient();

        await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).FetchReferrersAsync(Artifacts.Missing, None), "LIMIT");
        page.Should().BeLessThan(200);
    }

    [Fact]
    public async Task A_next_page_at_another_host_is_not_fetched()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.Index;
            context.Response.Headers.Link = "<http://127.0.0.1:1/v2/>; rel=\"next\"";
            return context.Response.Body.WriteAsync(ReferrerIndex.Empty().Serialize()).AsTask();
        });
        using var client = NewClient();

        await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).FetchReferrersAsync(Artifacts.Missing, None), "INVALID_RESPONSE");
    }

    [Fact]
    public async Task At_most_a_thousand_referrers_are_read()
    {
        int page = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            var index = ReferrerIndex.Empty();
            for (int number = 0; number < 700; number++)
            {
                index.Add(Descriptor.Of(MediaTypes.Manifest, Encoding.UTF8.GetBytes($"{context.Request.QueryString}{number}")));
            }

            context.Response.ContentType = MediaTypes.Index;
            context.Response.Headers.Link = $"<{context.Request.Path}?page={++page}>; rel=\"next\"";
            return context.Response.Body.WriteAsync(index.Serialize()).AsTask();
        });
        using var client = NewClient();

        (await client.Repository(Reference.Parse($"{server.Address}/app")).FetchReferrersAsync(Artifacts.Missing, None)).Should().HaveCount(1000);
    }

    [Fact]
    public async Task A_manifest_that_the_registry_accepts_and_does_not_have_is_not_reported_as_pushed()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "PUT" ? 201 : 404;
            return Task.CompletedTask;
        });
        using var client = NewClient();

        await ShouldFail(
            () => client.Repository(Reference.Parse($"{server.Address}/app")).PushManifestAsync(MediaTypes.Manifest, Wanted, "v1", None), "INVALID_RESPONSE", transient: true);
    }

    [Fact]
    public async Task A_blob_upload_that_breaks_off_is_begun_anew()
    {
        int puts = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            (int status, string? location) = context.Request.Method switch
            {
                "POST" => (202, $"/v2/app/blobs/uploads/{puts}?_state=a%2Bb"),
                "PUT" when context.Request.Path == "/v2/app/blobs/uploads/0" => (503, null),
                "PUT" => (201, null),
                _ => (404, (string?)null),
            };
            puts += context.Request.Method == "PUT" ? 1 : 0;
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        using var client = NewClient();

        await client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);

        server.Requests.Should().HaveCount(4).And.Subject.Last().Should()
            .Be($"PUT /v2/app/blobs/uploads/1?_state=a%2Bb&digest={Uri.EscapeDataString(Descriptor.Empty.Digest.ToString())}");
    }

    [Fact]
    public async Task Content_that_is_not_what_the_descriptor_says_is_never_sent()
    {
        await using var server = await ScriptedServer.StartAsync(_ => Task.CompletedTask);
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        await FluentActions.Awaiting(() => repository.PushBlobAsync(Descriptor.Empty, new byte[2], None)).Should().ThrowAsync<ArgumentException>();
        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Echo Basic hunter2\r\n\r\n")]
    [InlineData("HTTP/1.1 hunter2\r\n\r\n")]
    public async Task What_is_no_HTTP_is_not_quoted_as_it_may_repeat_a_password(string answer)
    {
        await using var server = new RawServer(_ => answer);
        using var client = NewClient();

        var fault = await ShouldFail(() => client.Repository(Reference.Parse($"{server.Address}/app")).ResolveAsync("v1", None), "UNAVAILABLE", transient: true);

        fault.ToString().Should().Contain("not HTTP").And.NotContain("hunter2");
    }

    private static async Task<RegistryException> ShouldFail(Func<Task> action, string code, bool transient = false)
    {
        var exception = (await FluentActions.Awaiting(action).Should().ThrowAsync<RegistryException>()).Which;
        exception.Code.Should().Be(code);
        exception.IsTransient.Should().Be(transient);
        return exception;
    }

    private static RemoteRegistry NewClient(RemoteRegistryOptions? options = null) => new(
        options ?? new RemoteRegistryOptions
        {
            CredentialsFile = "/nonexistent",
            Attempts = 3,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaximumRetryDelay = TimeSpan.FromMilliseconds(5),
        },
        TimeProvider.System);
}
