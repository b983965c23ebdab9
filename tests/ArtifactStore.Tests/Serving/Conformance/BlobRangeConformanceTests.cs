using System.Net;
using System.Security.Cryptography;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

public sealed class BlobRangeConformanceTests : ConformanceTest
{
    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(2048);

    [Theory]
    [InlineData("sha256", "bytes=500-1499", 500, 1499)]
    [InlineData("sha512", "bytes=500-1499", 500, 1499)]
    [InlineData("sha256", "bytes=500-", 500, 2047)]
    [InlineData("sha512", "bytes=500-", 500, 2047)]
    [InlineData("sha256", "bytes=-500", 1548, 2047)]
    [InlineData("sha512", "bytes=-500", 1548, 2047)]
    [InlineData("sha256", "bytes=500-5000", 500, 2047)]
    [InlineData("sha512", "bytes=500-5000", 500, 2047)]
    public async Task A_range_of_a_blob(string algorithm, string range, int first, int last)
    {
        var blob = await PushBlobAsync(Repository, Bytes, DigestBy(algorithm, Bytes).Algorithm);

        using var part = await SendAsync(HttpMethod.Get, BlobPath(blob.Digest), null, ("Range", range));

        part.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        Header(part, "Content-Range").Should().Be($"bytes {first}-{last}/2048");
        part.Content.Headers.ContentLength.Should().Be(last - first + 1);
        (await part.Content.ReadAsByteArrayAsync()).Should().Equal(Bytes[first..(last + 1)]);
    }

    [Theory]
    [InlineData("sha256", "bytes=500-0")]
    [InlineData("sha512", "bytes=500-0")]
    [InlineData("sha256", "bytes=5000-10000")]
    [InlineData("sha512", "bytes=5000-10000")]
    public async Task A_range_that_no_byte_lies_in(string algorithm, string range)
    {
        var blob = await PushBlobAsync(Repository, Bytes, DigestBy(algorithm, Bytes).Algorithm);

        using var refused = await SendAsync(HttpMethod.Get, BlobPath(blob.Digest), null, ("Range", range));

        await ShouldRefuse(refused, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
        Header(refused, "Content-Range").Should().Be("bytes */2048");
    }

    [Theory]
    [InlineData("bytes=0-")]
    [InlineData("bytes=-1")]
    public async Task No_byte_of_a_blob_of_zero_bytes_can_be_asked_for(string range)
    {
        var blob = await PushBlobAsync(Repository, []);

        using var refused = await SendAsync(HttpMethod.Get, BlobPath(blob.Digest), null, ("Range", range));

        await ShouldRefuse(refused, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
    }

    [Fact]
    public async Task HEAD_knows_no_ranges()
    {
        var blob = await PushBlobAsync(Repository, Bytes);

        using var head = await SendAsync(HttpMethod.Head, BlobPath(blob.Digest), null, ("Range", "bytes=5000-"));

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.Should().Be(2048);
        Header(head, "Accept-Ranges").Should().Be("bytes");
    }

    [Theory]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    [InlineData("Sat, 21 Nov 2026 00:00:00 GMT", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.PartialContent)]
    public async Task A_range_under_a_condition_is_sent_only_where_it_holds(string? condition, HttpStatusCode status)
    {
        var blob = await PushBlobAsync(Repository, Bytes);

        using var part = await SendAsync(HttpMethod.Get, BlobPath(blob.Digest), null, ("Range", "bytes=0-9"), ("If-Range", condition ?? $"\"{blob.Digest}\""));

        part.StatusCode.Should().Be(status);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"a\", {0}")]
    [InlineData("W/{0}")]
    public async Task Who_has_the_blob_is_sent_nothing(string known)
    {
        var blob = await PushBlobAsync(Repository, Bytes);
        string header = string.Format(System.Globalization.CultureInfo.InvariantCulture, known, $"\"{blob.Digest}\"");
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var response = await SendAsync(method, BlobPath(blob.Digest), null, ("If-None-Match", header));

            response.StatusCode.Should().Be(HttpStatusCode.NotModified);
            Header(response, "ETag").Should().Be($"\"{blob.Digest}\"");
        }
    }
}
