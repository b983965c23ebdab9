using System.Net;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Serving;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class KeyedCacheEndpointsTests : CacheTest
{
    [Theory]
    [InlineData("/cache/gradle/0123456789abcdef0123456789abcdef")]
    [InlineData("/cache/ccache/4b/0s7jnhvcf9ng0mq4gcv2v8ccmjgbk")]
    [InlineData("/cache/sccache/team/a/b/c/abc0000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/cache/sccache/.sccache_check")]
    public async Task What_is_put_is_got(string path)
    {
        (await StatusAsync(HttpMethod.Get, path)).Should().Be(HttpStatusCode.NotFound);
        using var created = await SendAsync(HttpMethod.Put, path, Body(Content));
        using var get = await SendAsync(HttpMethod.Get, path);
        using var head = await SendAsync(HttpMethod.Head, path);
        using var range = await SendAsync(HttpMethod.Get, path, null, ("Range", "bytes=5-"));
        using var known = await SendAsync(HttpMethod.Get, path, null, ("If-None-Match", Header(get, "ETag")!));

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        Header(created, "ETag").Should().Be($"\"{ContentDigest}\"");
        (await get.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
        Header(get, "ETag").Should().Be($"\"{ContentDigest}\"");
        Header(get, "Content-Type").Should().Be("application/octet-stream");
        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.Should().Be(Content.Length);
        range.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await range.Content.ReadAsByteArrayAsync()).Should().Equal(Content[5..]);
        known.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_key_is_set_anew_by_another_put()
    {
        await PutAsync("/cache/team/key", [1]);
        await PutAsync("/cache/team/key", Content, HttpStatusCode.OK);

        (await Http.GetByteArrayAsync("/cache/team/key")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_deleted_key_is_gone_and_its_blob_is_not()
    {
        await PutAsync("/cache/team/key", Content);

        (await StatusAsync(HttpMethod.Delete, "/cache/team/key")).Should().Be(HttpStatusCode.NoContent);
        (await StatusAsync(HttpMethod.Get, "/cache/team/key")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(HttpMethod.Delete, "/cache/team/key")).Should().Be(HttpStatusCode.NotFound);
        (await Http.GetByteArrayAsync($"/cas/{ContentDigest.Hex}")).Should().Equal(Content);
    }

    [Fact]
    public async Task Content_of_many_megabytes_is_kept_under_a_key()
    {
        byte[] content = RandomNumberGenerator.GetBytes(5 * 1024 * 1024 + 7);

        await PutAsync("/cache/team/large", content);

        using var get = await SendAsync(HttpMethod.Get, "/cache/team/large");
        (await get.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content).Should().BeTrue();
        Header(get, "ETag").Should().Be($"\"{Digest.Of(content)}\"");
        StagedFiles().Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024 * 1024)]
    [InlineData(1024 * 1024 + 1)]
    public async Task Content_of_any_size_is_the_same_as_by_its_digest(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);

        await PutAsync("/cache/team/key", content);

        (await Http.GetByteArrayAsync($"/cas/{Digest.Of(content).Hex}")).AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Fact]
    public async Task Content_of_unknown_length_is_taken()
    {
        using var content = new StreamContent(new MemoryStream(Content));
        using var response = await SendAsync(HttpMethod.Put, "/cache/team/chunked", content, ("Transfer-Encoding", "chunked"));

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        (await Http.GetByteArrayAsync("/cache/team/chunked")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_key_whose_blob_is_gone_is_a_miss_and_removed()
    {
        await PutAsync("/cache/team/key", Content);
        await Blobs.DeleteAsync(ContentDigest, CancellationToken.None);

        (await StatusAsync(HttpMethod.Get, "/cache/team/key")).Should().Be(HttpStatusCode.NotFound);
        Keys.TryFind("cache/team", "key", out _).Should().BeFalse();
        await PutAsync("/cache/team/key", Content);
        (await StatusAsync(HttpMethod.Get, "/cache/team/key")).Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bytes=0-3")]
    public async Task A_key_whose_blob_is_corrupt_is_a_miss_and_removed(string? range)
    {
        await PutAsync("/cache/team/key", Content);
        Corrupt(Content);

        using var get = await SendAsync(HttpMethod.Get, "/cache/team/key", null, range is null ? [] : [("Range", range)]);
        get.StatusCode.Should().Be(HttpStatusCode.NotFound);
        get.Headers.ETag.Should().BeNull();
        (await get.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        Keys.TryFind("cache/team", "key", out _).Should().BeFalse();

        await PutAsync("/cache/team/key", Content);
        (await Http.GetByteArrayAsync("/cache/team/key")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_large_corrupt_blob_breaks_off_before_its_end_and_is_a_miss_from_then_on()
    {
        byte[] content = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        await PutAsync("/cache/team/key", content);
        Corrupt(content);

        await FluentActions.Awaiting(() => Http.GetByteArrayAsync("/cache/team/key")).Should().ThrowAsync<HttpRequestException>();
        (await StatusAsync(HttpMethod.Get, "/cache/team/key")).Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_gradle_client_that_waits_for_leave_to_send_gets_it_or_hears_at_once_that_it_is_too_much()
    {
        await using var small = await StartAsync(static folder => new ArtifactStoreOptions { Folder = folder, MaximumBlobSize = 100 });
        const string Type = "Content-Type: application/vnd.gradle.build-cache-artifact.v2\nExpect: 100-continue\n";

        string granted = await SendRawAsync(small.Uri, $"PUT /cache/gradle/00112233 HTTP/1.1\n{Type}Content-Length: 3");
        string refused = await SendRawAsync(small.Uri, $"PUT /cache/gradle/44556677 HTTP/1.1\n{Type}Content-Length: 101");

        granted.Should().Be("HTTP/1.1 100 Continue");
        refused.Should().Be("HTTP/1.1 413 Payload Too Large");
    }

    [Theory]
    [InlineData(101)]
    [InlineData(3 * 1024 * 1024)]
    public async Task Too_much_content_of_unknown_length_is_refused_and_leaves_nothing(int size)
    {
        await using var small = await StartAsync(folder => new ArtifactStoreOptions { Folder = folder, MaximumBlobSize = size - 1 });
        using var content = new StreamContent(new MemoryStream(new byte[size]));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(small.Uri, "/cache/team/key")) { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await Http.SendAsync(request);
        using var get = await Http.GetAsync(new Uri(small.Uri, "/cache/team/key"));

        await ShouldRefuse(response, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
        get.StatusCode.Should().Be(HttpStatusCode.NotFound);
        FilesIn(small, "uploads", "tmp").Should().BeEmpty();
    }

    [Theory]
    [InlineData("POST", "/cache/team/key", "GET, HEAD, PUT, DELETE, PROPFIND, MKCOL")]
    [InlineData("PUT", "/cache/team/folder/", "GET, HEAD, PROPFIND, MKCOL")]
    [InlineData("DELETE", "/cache/team", "GET, HEAD, PROPFIND, MKCOL")]
    [InlineData("PATCH", "/ac/0000000000000000000000000000000000000000000000000000000000000000", "GET, HEAD, PUT, DELETE")]
    [InlineData("DELETE", "/cas/0000000000000000000000000000000000000000000000000000000000000000", "GET, HEAD, PUT")]
    [InlineData("GET", "/cas/find-missing", "POST")]
    public async Task A_method_that_is_not_supported_is_refused(string method, string path, string allowed)
    {
        using var response = await SendAsync(new HttpMethod(method), path);

        await ShouldRefuse(response, HttpStatusCode.MethodNotAllowed, "UNSUPPORTED");
        response.Content.Headers.Allow.Should().Equal(allowed.Split(", "));
    }
}
