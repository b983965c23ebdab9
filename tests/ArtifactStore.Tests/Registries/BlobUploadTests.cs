using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class BlobUploadTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = "blob"u8.ToArray();
    private static readonly Descriptor Blob = Descriptor.Of(MediaTypes.OctetStream, Content);
    private static readonly string Query = $"digest={Uri.EscapeDataString(Blob.Digest.ToString())}";

    [Fact]
    public async Task A_small_blob_is_one_request_and_none_when_it_is_pushed_again()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));

        await repository.PushBlobAsync(Blob, Content, None);
        await client.Repository(Reference.Parse($"{registry.Address}/app")).PushBlobAsync(Blob, Content, None);

        registry.Requests.Should().Equal($"POST /v2/app/blobs/uploads/?{Query}");
        (await repository.FetchBlobAsync(Blob.Digest, 100, None)).Should().Equal(Content);
    }

    [Fact]
    public async Task What_one_repository_has_is_not_taken_for_what_another_has()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();

        await client.Repository(Reference.Parse($"{registry.Address}/one")).PushBlobAsync(Blob, Content, None);
        await client.Repository(Reference.Parse($"{registry.Address}/two")).PushBlobAsync(Blob, Content, None);

        registry.Requests.Should().Equal($"POST /v2/one/blobs/uploads/?{Query}", $"POST /v2/two/blobs/uploads/?{Query}");
    }

    [Fact]
    public async Task A_blob_is_sent_again_when_ten_minutes_have_gone_by()
    {
        await using var server = await ScriptedServer.StartAsync(context => Answer(context, 201));
        var time = new MovableTime();
        using var client = NewClient(time);
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));
        await repository.PushBlobAsync(Blob, Content, None);

        time.Advance(TimeSpan.FromMinutes(10));
        await repository.PushBlobAsync(Blob, Content, None);

        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_registry_that_begins_an_upload_instead_is_remembered()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Method == "POST"
            ? Answer(context, 202, location: "/v2/app/blobs/uploads/1?_state=a%2Bb")
            : Answer(context, 201));
        using var client = NewClient();

        await client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Blob, Content, None);
        await client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);

        server.Requests.Should().Equal(
            $"POST /v2/app/blobs/uploads/?{Query}",
            $"PUT /v2/app/blobs/uploads/1?_state=a%2Bb&{Query}",
            "POST /v2/app/blobs/uploads/",
            $"PUT /v2/app/blobs/uploads/1?_state=a%2Bb&digest={Uri.EscapeDataString(Descriptor.Empty.Digest.ToString())}");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(405)]
    [InlineData(411)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(501)]
    public async Task A_registry_that_refuses_the_single_request_gets_two(int status)
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request switch
        {
            { Method: "POST", QueryString.HasValue: true } => Answer(context, status),
            { Method: "POST" } => Answer(context, 202, location: "/v2/app/blobs/uploads/1"),
            _ => Answer(context, 201),
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        await repository.PushBlobAsync(Blob, Content, None);
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);

        server.Requests.Should().HaveCount(5).And.ContainSingle(request => request.StartsWith("POST /v2/app/blobs/uploads/?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_registry_that_forbids_the_push_is_not_asked_in_another_way(int status)
    {
        await using var server = await ScriptedServer.StartAsync(context => Answer(context, status));
        using var client = NewClient();

        var push = () => client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Blob, Content, None);

        (await push.Should().ThrowAsync<RegistryException>()).Which.IsTransient.Should().BeFalse();
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_registry_that_says_it_stored_something_else_is_not_believed_to_have_stored_the_blob()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Artifacts.Missing.ToString();
            return Answer(context, 201);
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        for (int attempt = 0; attempt < 2; attempt++)
        {
            (await FluentActions.Awaiting(() => repository.PushBlobAsync(Blob, Content, None)).Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be("DIGEST_LIE");
        }

        server.Requests.Should().HaveCount(2, "what was not confirmed is sent again");
    }

    [Fact]
    public async Task A_large_blob_is_looked_for_first_and_sent_in_two_requests()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        byte[] large = RandomNumberGenerator.GetBytes((1024 * 1024) + 1);
        var descriptor = Descriptor.Of(MediaTypes.OctetStream, large);
        for (int process = 0; process < 2; process++)
        {
            using var client = NewClient();
            await client.Repository(Reference.Parse($"{registry.Address}/app")).PushBlobAsync(descriptor, large, None);
        }

        registry.Requests.Select(request => request.Split(' ')[0]).Should().Equal("HEAD", "POST", "PUT", "HEAD");
    }

    [Fact]
    public async Task A_small_blob_of_the_largest_size_gets_through_a_registry_that_first_wants_a_password()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1024 * 1024);
        byte[]? stored = null;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                context.Response.Headers.Connection = "close";
                await Answer(context, 401);
                return;
            }

            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            stored = body.ToArray();
            await Answer(context, 201);
        });
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], $$"""{ "auths": { "{{server.Address}}": { "username": "robot", "password": "s3cret" } } }""");
        using var client = new RemoteRegistry(new RemoteRegistryOptions { CredentialsFile = folder["config.json"], Attempts = 1 }, TimeProvider.System);

        await client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Descriptor.Of(MediaTypes.OctetStream, content), content, None);

        stored.Should().Equal(content);
    }

    [Fact]
    public async Task Blobs_that_the_registry_has_collected_are_all_sent_again()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        using var http = new HttpClient { BaseAddress = registry.Uri };
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await PushAsync();
        foreach (var digest in new[] { Blob.Digest, Descriptor.Empty.Digest })
        {
            (await http.DeleteAsync(new Uri($"v2/app/blobs/{digest}", UriKind.Relative))).EnsureSuccessStatusCode();
        }

        (await FluentActions.Awaiting(PushAsync).Should().ThrowAsync<RegistryException>()).Which
            .Should().BeEquivalentTo(new { Code = "MANIFEST_BLOB_UNKNOWN", IsTransient = true, Registry = registry.Address });
        await PushAsync();

        (await repository.FetchBlobAsync(Blob.Digest, 100, None)).Should().Equal(Content);

        async Task PushAsync()
        {
            await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
            await repository.PushBlobAsync(Blob, Content, None);
            await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(Blob), tag: null, None);
        }
    }

    [Fact]
    public async Task A_manifest_whose_blobs_were_never_pushed_is_a_lasting_fault()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();

        var push = () => client.Repository(Reference.Parse($"{registry.Address}/app")).PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(Blob), tag: null, None);

        (await push.Should().ThrowAsync<RegistryException>()).Which.Should().BeEquivalentTo(new { Code = "MANIFEST_BLOB_UNKNOWN", IsTransient = false });
    }

    private static Task Answer(HttpContext context, int status, string? location = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    private static RemoteRegistry NewClient(TimeProvider? time = null) =>
        new(new RemoteRegistryOptions { CredentialsFile = "/nonexistent", Attempts = 1 }, time ?? TimeProvider.System);
}
