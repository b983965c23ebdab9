using System.Net;
using System.Security.Cryptography;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.Testing.Objects;
using Provenance.Testing.Registries;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class ObjectStoreTests : RegistryTest
{
    private const int Large = 6 * 1024 * 1024;
    private const int RedirectAbove = 7 * 1024 * 1024;

    private ObjectServer objects = null!;

    public override async Task InitializeAsync()
    {
        objects = await ObjectServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await objects.DisposeAsync();
    }

    [Fact]
    public async Task An_image_is_pushed_into_the_bucket_and_pulled_from_it()
    {
        var layer = await PushBlobAsync("app", RandomNumberGenerator.GetBytes(Large));
        var image = await PushManifestAsync("app", "v1");

        using var manifest = await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1");
        using var blob = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{layer.Digest}");

        Digest.Of(await manifest.Content.ReadAsByteArrayAsync()).Should().Be(image.Digest);
        Digest.Of(await blob.Content.ReadAsByteArrayAsync()).Should().Be(layer.Digest);
        objects.Objects.Keys.Should().BeEquivalentTo(new[] { layer.Digest, image.Digest, Digest.Of(Artifacts.EmptyConfig) }.Select(KeyOf));
        Directory.EnumerateFiles(Path.Combine(Registry.Folder, "blobs"), "*", SearchOption.AllDirectories).Should().BeEmpty();
        Directory.EnumerateFiles(Path.Combine(Registry.Folder, "uploads")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_bucket_that_fails_is_answered_503_and_the_same_upload_succeeds_later()
    {
        byte[] content = RandomNumberGenerator.GetBytes(Large);
        var digest = Digest.Of(content);
        string upload = await BeginUploadAsync("app");
        (await SendAsync(HttpMethod.Patch, upload, Body(content))).StatusCode.Should().Be(HttpStatusCode.Accepted);
        objects.Disturb = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 503;
            return true;
        };

        using var refused = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldRefuse(refused, HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Header(refused, "Retry-After").Should().NotBeNullOrEmpty();
        (await refused.Content.ReadAsStringAsync()).Should().NotContain("secret").And.NotContain(objects.Address.Authority);

        objects.Disturb = null;
        (await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{digest}")).StatusCode.Should().Be(HttpStatusCode.NotFound, "nothing was linked");
        (await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}")).StatusCode.Should().Be(HttpStatusCode.Created);
        (await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{digest}")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_bucket_that_is_away_makes_no_tag_disappear()
    {
        await PushManifestAsync("app", "v1");
        objects.Disturb = static context =>
        {
            context.Response.StatusCode = 500;
            return Task.FromResult(true);
        };

        await ShouldRefuse(await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1"), HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");

        objects.Disturb = null;
        (await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_bucket_that_gives_other_bytes_is_not_passed_on()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        var blob = await PushBlobAsync("app", content);
        objects.Objects[KeyOf(blob.Digest)] = [.. content[..^1], (byte)(content[^1] ^ 1)];

        await ShouldRefuse(await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}"), HttpStatusCode.InternalServerError, "BLOB_CORRUPTED");
        (await SendAsync(HttpMethod.Head, $"/v2/app/blobs/{blob.Digest}")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        await PushBlobAsync("app", content);
        (await (await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}")).Content.ReadAsByteArrayAsync()).Should().Equal(content);
    }

    [Fact]
    public async Task A_bucket_that_stalls_in_the_middle_breaks_the_answer_off()
    {
        byte[] content = RandomNumberGenerator.GetBytes(Large);
        var blob = await PushBlobAsync("app", content);
        objects.Disturb = async context =>
        {
            if (context.Request.Method != "GET")
            {
                return false;
            }

            context.Response.StatusCode = 206;
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, Large / 2));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };
        await using var impatient = await StartAsync(TimeSpan.FromSeconds(1));
        using var client = new HttpClient { BaseAddress = impatient.Uri };

        var read = async () => await client.GetByteArrayAsync(new Uri($"/cas/{blob.Digest.Hex}", UriKind.Relative));

        (await read.Should().ThrowAsync<HttpRequestException>()).Which.StatusCode.Should().BeNull("what was begun as a success can only break off");
    }

    [Fact]
    public async Task Large_blobs_can_be_left_to_the_bucket()
    {
        byte[] content = RandomNumberGenerator.GetBytes(RedirectAbove + 1);
        var large = await PushBlobAsync("app", content);
        var small = await PushBlobAsync("app", RandomNumberGenerator.GetBytes(RedirectAbove));

        using var redirect = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{large.Digest}");

        redirect.StatusCode.Should().Be(HttpStatusCode.TemporaryRedirect);
        Header(redirect, "Cache-Control").Should().Be("no-store");
        var address = redirect.Headers.Location!;
        address.Authority.Should().Be(objects.Address.Authority);
        address.Query.Should().Contain("X-Amz-Signature=").And.Contain("X-Amz-Expires=300").And.NotContain("secret");
        (await Http.GetByteArrayAsync(address)).Should().Equal(content);
        (await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{small.Digest}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Head, $"/v2/app/blobs/{large.Digest}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Get, $"/cas/{large.Digest.Hex}")).StatusCode.Should().Be(HttpStatusCode.OK, "clients of caches do not follow redirects");
    }

    private static string KeyOf(Digest digest) => $"bucket/p/blobs/{digest.Algorithm.Name}/{digest.Hex[..2]}/{digest.Hex}";

    protected override Task<LoopbackRegistry> StartRegistryAsync() => StartAsync(TimeSpan.FromMinutes(1));

    private Task<LoopbackRegistry> StartAsync(TimeSpan idleTimeout) => LoopbackRegistry.StartAsync(s3: new S3Options
    {
        Bucket = "bucket",
        Prefix = "p/",
        Endpoint = objects.Address,
        PathStyle = true,
        AccessKey = "access",
        SecretKey = "secret",
        IdleTimeout = idleTimeout,
        Retries = 1,
        RedirectAbove = RedirectAbove,
    });
}
