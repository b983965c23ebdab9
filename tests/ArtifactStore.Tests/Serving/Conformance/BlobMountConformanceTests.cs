using System.Net;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

public sealed class BlobMountConformanceTests : ConformanceTest
{
    [Theory, MemberData(nameof(Algorithms))]
    public async Task Mount(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        await PushBlobAsync(OtherRepository, Content, digest.Algorithm);

        using var mounted = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={digest}&from={OtherRepository}");

        await ShouldHoldAsync(mounted, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Mount_anonymous(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        await PushBlobAsync(OtherRepository, Content, digest.Algorithm);

        using var mounted = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={digest}");

        await ShouldHoldAsync(mounted, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Mount_missing(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        using var fallback = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={digest}&from={OtherRepository}");
        fallback.StatusCode.Should().Be(HttpStatusCode.Accepted);

        using var created = await SendAsync(HttpMethod.Put, $"{Header(fallback, "Location")}?digest={digest}", Body(Content));

        await ShouldHoldAsync(created, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Mount_anonymous_of_what_nobody_has(string algorithm)
    {
        using var fallback = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={DigestBy(algorithm, Content)}");

        fallback.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_blob_in_another_repository_is_not_given_to_who_names_a_repository_without_it()
    {
        var digest = DigestBy("sha256", Content);
        await PushBlobAsync(OtherRepository, Content);

        using var fallback = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={digest}&from=conformance/third");

        fallback.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await ShouldLackAsync(digest);
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("")]
    public async Task A_mount_of_what_is_no_digest_is_refused(string mount)
    {
        using var refused = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?mount={mount}&from={OtherRepository}");

        await ShouldRefuse(refused, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Where_a_digest_alone_is_no_permission_an_anonymous_mount_becomes_an_upload()
    {
        await using var strict = await LoopbackRegistry.StartAsync(anonymousMount: false);
        using var client = new HttpClient { BaseAddress = strict.Uri };
        var digest = DigestBy("sha256", Content);
        using var pushed = await client.PostAsync(new Uri($"/v2/{OtherRepository}/blobs/uploads/?digest={digest}", UriKind.Relative), Body(Content));
        pushed.StatusCode.Should().Be(HttpStatusCode.Created);

        using var mount = await client.PostAsync(new Uri($"/v2/{Repository}/blobs/uploads/?mount={digest}", UriKind.Relative), null);

        mount.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var get = await client.GetAsync(new Uri(BlobPath(digest), UriKind.Relative));
        get.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }
}
