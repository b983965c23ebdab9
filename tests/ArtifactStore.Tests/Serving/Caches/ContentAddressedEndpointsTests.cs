using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class ContentAddressedEndpointsTests : RegistryTest
{
    private static readonly byte[] Content = "some content"u8.ToArray();
    private static readonly string Path = $"/cas/{Digest.Of(Content).Hex}";

    [Fact]
    public async Task What_is_put_is_got()
    {
        using var absent = await SendAsync(HttpMethod.Head, Path);
        using var created = await SendAsync(HttpMethod.Put, Path, Body(Content));
        using var again = await SendAsync(HttpMethod.Put, Path, Body(Content));
        using var get = await SendAsync(HttpMethod.Get, Path);
        using var head = await SendAsync(HttpMethod.Head, Path);
        using var range = await SendAsync(HttpMethod.Get, Path, null, ("Range", "bytes=5-"));
        using var known = await SendAsync(HttpMethod.Get, Path, null, ("If-None-Match", Header(get, "ETag")!));

        absent.StatusCode.Should().Be(HttpStatusCode.NotFound);
        created.StatusCode.Should().Be(HttpStatusCode.Created);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
        (await get.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
        Header(get, "ETag").Should().Be($"\"{Digest.Of(Content)}\"");
        head.Content.Headers.ContentLength.Should().Be(Content.Length);
        range.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await range.Content.ReadAsStringAsync()).Should().Be("content");
        known.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Content_that_hashes_to_something_else_is_refused_before_and_after_the_right_one_is_there()
    {
        using var before = await SendAsync(HttpMethod.Put, Path, Body([1]));
        using var absent = await SendAsync(HttpMethod.Get, Path);
        using var right = await SendAsync(HttpMethod.Put, Path, Body(Content));
        using var after = await SendAsync(HttpMethod.Put, Path, Body([1]));

        await ShouldRefuse(before, HttpStatusCode.BadRequest, "DIGEST_INVALID");
        await ShouldRefuse(absent, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        right.StatusCode.Should().Be(HttpStatusCode.Created);
        await ShouldRefuse(after, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("..%2F..%2Fformat")]
    public async Task A_path_that_is_no_digest_is_refused(string hex)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/cas/{hex}");

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Blobs_pushed_to_the_registry_are_the_same_blobs()
    {
        await PushBlobAsync("app", Content);

        using var response = await SendAsync(HttpMethod.Get, Path);

        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
    }
}
