using System.Net;
using System.Security.Cryptography;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.Testing.Registries;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Upstreams;

public sealed class LyingUpstreamTests : MirrorTest
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(200_000);
    private static readonly Digest Wanted = Digest.Of(Content);

    [Theory]
    [InlineData(0)]
    [InlineData(199_999)]
    [InlineData(200_000)]
    [InlineData(200_001)]
    public async Task Other_bytes_or_another_size_are_neither_served_nor_stored(int size)
    {
        byte[] other = new byte[size];
        Content.AsSpan(0, Math.Min(size, Content.Length)).CopyTo(other);
        if (size == Content.Length)
        {
            other[^1] ^= 1;
        }

        Upstream.Disturb = context => AnswerAsync(context, other);

        await ShouldRefuse(await GetAsync($"blobs/{Wanted}"), HttpStatusCode.BadGateway, "UPSTREAM_FAILED");
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task A_body_that_ends_too_early_is_not_taken_for_whole()
    {
        Upstream.Disturb = async context =>
        {
            context.Response.ContentLength = Content.Length;
            await context.Response.Body.WriteAsync(Content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        await ShouldRefuse(await GetAsync($"blobs/{Wanted}"), HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off_at_the_limit()
    {
        using var client = new RemoteRegistry(new RemoteRegistryOptions { Attempts = 1 }, TimeProvider.System);
        Upstream.Disturb = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(Content);
            }

            return true;
        };
        var repository = client.Repository(Reference.Parse($"{Upstream.Address}/library/app"));

        await using var body = await repository.OpenBlobAsync(Wanted, maximumSize: 1_000_000, CancellationToken.None);
        var act = () => body!.CopyToAsync(Stream.Null);

        (await act.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be("LIMIT");
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up()
    {
        using var client = new RemoteRegistry(new RemoteRegistryOptions { Attempts = 1, RequestTimeout = TimeSpan.FromMilliseconds(500) }, TimeProvider.System);
        Upstream.Disturb = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(Content.AsMemory(0, 1));
                await context.Response.Body.FlushAsync();
                await Task.Delay(50, context.RequestAborted);
            }

            return true;
        };
        var repository = client.Repository(Reference.Parse($"{Upstream.Address}/library/app"));

        await using var body = await repository.OpenBlobAsync(Wanted, maximumSize: 1_000_000, CancellationToken.None);
        var act = () => body!.CopyToAsync(Stream.Null);

        (await act.Should().ThrowAsync<RegistryException>()).Which.Message.Should().Contain("too slowly");
    }

    [Fact]
    public async Task A_redirect_to_something_else_on_this_machine_is_not_followed()
    {
        await using var inner = await ScriptedServer.StartAsync(static context => context.Response.Body.WriteAsync(Content).AsTask());
        Upstream.Disturb = context =>
        {
            context.Response.Redirect($"http://{inner.Address}/metadata");
            return Task.FromResult(true);
        };

        await ShouldRefuse(await GetAsync($"blobs/{Wanted}"), HttpStatusCode.BadGateway, "UPSTREAM_FAILED");

        inner.Requests.Should().BeEmpty();
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task A_token_service_elsewhere_on_this_machine_is_not_asked()
    {
        await using var inner = await ScriptedServer.StartAsync(static context => context.Response.WriteAsync("{\"token\":\"t\"}"));
        Upstream.Disturb = context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{inner.Address}/token\"";
            return Task.FromResult(true);
        };

        await ShouldRefuse(await GetAsync("manifests/v1"), HttpStatusCode.BadGateway, "UPSTREAM_FAILED");

        inner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_manifest_that_is_none_or_another_is_not_stored()
    {
        var image = Upstream.AddManifest("v1");
        Upstream.Disturb = context => AnswerAsync(context, Artifacts.Manifest(annotation: ("not", "what was asked for")), MediaTypes.Manifest);
        await ShouldRefuse(await GetAsync($"manifests/{image.Digest}"), HttpStatusCode.BadGateway, "UPSTREAM_FAILED");

        Upstream.Disturb = static context => AnswerAsync(context, "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"layers\":7}"u8.ToArray(), MediaTypes.Manifest);
        await ShouldRefuse(await GetAsync("manifests/v1"), HttpStatusCode.BadGateway, "UPSTREAM_FAILED");

        Upstream.Disturb = null;
        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);
    }

    [Fact]
    public async Task A_listed_referrer_that_refers_to_something_else_is_not_listed_here()
    {
        var image = Upstream.AddManifest("v1");
        var other = Upstream.AddManifest("v2", note: "other");
        var elsewhere = Upstream.AddManifest(subject: other, note: "vouches for v2");
        var signature = Upstream.AddManifest(subject: image, note: "vouches for v1");
        Upstream.SetReferrers(image.Digest, elsewhere, signature);

        (await ReferrersAsync(image.Digest)).Should().Equal(signature.Digest.ToString());
    }

    private static async Task<bool> AnswerAsync(HttpContext context, byte[] content, string mediaType = MediaTypes.OctetStream)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content);
        return true;
    }

    private async Task ShouldHoldNothingAsync()
    {
        (await Registry.Services.GetRequiredService<IBlobStore>().FindSizeAsync(Wanted, default)).Should().BeNull();
        Directory.EnumerateFiles(Path.Combine(Registry.Folder, "tmp")).Should().BeEmpty();
        Directory.EnumerateFiles(Path.Combine(Registry.Folder, "blobs"), "*", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
