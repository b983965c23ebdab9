using System.Net;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class BlobEndpointsTests : RegistryTest
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(2000);

    [Fact]
    public async Task The_registry_says_that_it_is_one()
    {
        using var response = await SendAsync(HttpMethod.Get, "/v2/");
        using var bare = await SendAsync(HttpMethod.Get, "/v2");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        bare.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_method_that_is_not_supported_is_refused()
    {
        using var response = await SendAsync(HttpMethod.Post, "/v2/app/tags/list");

        await ShouldRefuse(response, HttpStatusCode.MethodNotAllowed, "UNSUPPORTED");
    }

    [Fact]
    public async Task HEAD_tells_the_size_without_the_content()
    {
        var blob = await PushBlobAsync("app", Content);

        using var response = await SendAsync(HttpMethod.Head, $"/v2/app/blobs/{blob.Digest}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentLength.Should().Be(Content.Length);
        Header(response, "Docker-Content-Digest").Should().Be(blob.Digest.ToString());
        Header(response, "ETag").Should().Be($"\"{blob.Digest}\"");
    }

    [Theory]
    [InlineData("bytes=500-1499", 500, 1000)]
    [InlineData("bytes=500-", 500, 1500)]
    [InlineData("bytes=-500", 1500, 500)]
    [InlineData("bytes=-5000", 0, 2000)]
    [InlineData("bytes=1500-5000", 1500, 500)]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=1999-99999999999999999999999", 1999, 1)]
    [InlineData("bytes=-99999999999999999999999", 0, 2000)]
    [InlineData("BYTES= 5-6 ", 5, 2)]
    public async Task A_range_is_served(string range, int offset, int count)
    {
        var blob = await PushBlobAsync("app", Content);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("Range", range));

        response.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        Header(response, "Content-Range").Should().Be($"bytes {offset}-{offset + count - 1}/2000");
        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(Content[offset..(offset + count)]);
    }

    [Theory]
    [InlineData("bytes=5000-10000")]
    [InlineData("bytes=500-0")]
    [InlineData("bytes=2000-")]
    [InlineData("bytes=99999999999999999999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_outside_is_refused(string range)
    {
        var blob = await PushBlobAsync("app", Content);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("Range", range));

        Header(response, "Content-Range").Should().Be("bytes */2000");
        await ShouldRefuse(response, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
    }

    [Theory]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=-")]
    [InlineData("bytes=--5")]
    [InlineData("bytes=5")]
    [InlineData("pages=1-2")]
    [InlineData("bytes=0-1,5-6")]
    public async Task A_range_that_means_nothing_is_ignored(string range)
    {
        var blob = await PushBlobAsync("app", Content);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("Range", range));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
    }

    [Fact]
    public async Task A_range_of_a_blob_of_many_megabytes_is_served()
    {
        byte[] content = RandomNumberGenerator.GetBytes(6 * 1024 * 1024);
        var blob = await PushBlobAsync("app", content);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("Range", "bytes=5000000-5999999"));

        (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content.AsSpan(5_000_000, 1_000_000)).Should().BeTrue();
    }

    [Fact]
    public async Task A_client_that_has_the_blob_is_told_so()
    {
        var blob = await PushBlobAsync("app", Content);

        using var known = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("If-None-Match", $"\"{blob.Digest}\""));
        using var other = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("If-None-Match", "\"sha256:00\""));

        known.StatusCode.Should().Be(HttpStatusCode.NotModified);
        (await known.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        other.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_blob_is_visible_only_in_repositories_that_it_was_pushed_to()
    {
        var blob = await PushBlobAsync("mine", Content);

        using var get = await SendAsync(HttpMethod.Get, $"/v2/yours/blobs/{blob.Digest}");
        using var head = await SendAsync(HttpMethod.Head, $"/v2/yours/blobs/{blob.Digest}");

        await ShouldRefuse(get, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        head.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_malformed_digest_is_refused(string method)
    {
        using var response = await SendAsync(new HttpMethod(method), "/v2/app/blobs/sha256:..%2F..%2Fformat");

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_at_once_but_only_there()
    {
        var blob = await PushBlobAsync("one", Content);
        await PushBlobAsync("other", Content);

        using var deleted = await SendAsync(HttpMethod.Delete, $"/v2/one/blobs/{blob.Digest}");
        using var gone = await SendAsync(HttpMethod.Get, $"/v2/one/blobs/{blob.Digest}");
        using var kept = await SendAsync(HttpMethod.Get, $"/v2/other/blobs/{blob.Digest}");
        using var again = await SendAsync(HttpMethod.Delete, $"/v2/one/blobs/{blob.Digest}");

        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await ShouldRefuse(gone, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        kept.StatusCode.Should().Be(HttpStatusCode.OK);
        await ShouldRefuse(again, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bytes=0-9")]
    public async Task A_corrupt_blob_is_never_served_and_heals_when_it_is_pushed_again(string? range)
    {
        var blob = await PushBlobAsync("app", Content);
        StoredBytes.Corrupt(Registry.Folder, Content);
        (string, string)[] headers = range is null ? [] : [("Range", range)];

        using var get = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, headers);
        string body = await get.Content.ReadAsStringAsync();
        using var head = await SendAsync(HttpMethod.Head, $"/v2/app/blobs/{blob.Digest}");
        await PushBlobAsync("app", Content);
        using var healed = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}");

        await ShouldRefuse(get, HttpStatusCode.InternalServerError, "BLOB_CORRUPTED");
        body.Should().Contain(blob.Digest.ToString());
        head.StatusCode.Should().Be(HttpStatusCode.NotFound, "clients must push it again");
        (await healed.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
    }

    [Fact]
    public async Task A_large_corrupt_blob_breaks_off_before_its_end_and_is_verified_from_then_on()
    {
        byte[] content = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        var blob = await PushBlobAsync("app", content);
        StoredBytes.Corrupt(Registry.Folder, content);

        await FluentActions.Awaiting(() => Http.GetByteArrayAsync($"/v2/app/blobs/{blob.Digest}")).Should().ThrowAsync<HttpRequestException>();
        using var range = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}", null, ("Range", "bytes=0-9"));

        await ShouldRefuse(range, HttpStatusCode.InternalServerError, "BLOB_CORRUPTED");
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(200_000)]
    public async Task A_blob_cut_short_is_never_served(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        var blob = await PushBlobAsync("app", content);
        StoredBytes.CutShort(Registry.Folder, content);

        using var get = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{blob.Digest}");

        await ShouldRefuse(get, HttpStatusCode.InternalServerError, "BLOB_CORRUPTED");
    }

    [Fact]
    public async Task A_storage_that_fails_is_answered_in_the_registrys_own_form()
    {
        string upload = await BeginUploadAsync("app");
        Directory.Delete(Path.Combine(Registry.Folder, "uploads"), recursive: true);

        using var response = await SendAsync(HttpMethod.Patch, upload, Body(Content));

        await ShouldRefuse(response, HttpStatusCode.InternalServerError, "UNKNOWN");
    }

    [Fact]
    public async Task A_missing_blob_is_not_found()
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{Artifacts.Missing}");

        await ShouldRefuse(response, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
    }
}
