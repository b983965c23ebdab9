using System.Net;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class UploadEndpointsTests : RegistryTest
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(3000);

    public static TheoryData<string> Algorithms => ["sha256", "sha512"];

    [Theory, MemberData(nameof(Algorithms))]
    public async Task A_blob_is_pushed_by_POST_alone(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);

        using var response = await SendAsync(HttpMethod.Post, $"/v2/app/blobs/uploads/?digest={digest}", Body(Content));

        await ShouldHaveCreated(response, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task A_blob_is_pushed_by_POST_and_PUT(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);

        using var response = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}?digest={digest}", Body(Content));

        await ShouldHaveCreated(response, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task A_blob_is_pushed_in_chunks_of_which_the_last_may_come_with_the_PUT(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await BeginUploadAsync("app");

        using (var first = await SendAsync(HttpMethod.Patch, upload, Body(Content[..1000], contentRange: "0-999")))
        {
            first.StatusCode.Should().Be(HttpStatusCode.Accepted);
            Header(first, "Range").Should().Be("0-999");
            upload = Header(first, "Location")!;
        }

        using (var second = await SendAsync(HttpMethod.Patch, upload, Body(Content[1000..2000], contentRange: "1000-1999")))
        {
            Header(second, "Range").Should().Be("0-1999");
        }

        using var response = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}", Body(Content[2000..], contentRange: "2000-2999"));

        await ShouldHaveCreated(response, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task A_blob_is_pushed_as_a_stream_of_unknown_length(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await BeginUploadAsync("app");
        using var pipe = new MemoryStream(Content);
        using (var patched = await SendAsync(HttpMethod.Patch, upload, new StreamContent(new UnseekableStream(pipe))))
        {
            patched.StatusCode.Should().Be(HttpStatusCode.Accepted);
        }

        using var response = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHaveCreated(response, digest, Content);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task Tiny_blobs_are_blobs(string text)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes(text);
        var digest = Digest.Of(content);

        using var response = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}?digest={digest}", Body(content));

        await ShouldHaveCreated(response, digest, content);
    }

    [Fact]
    public async Task A_blob_larger_than_the_servers_form_limit_is_taken()
    {
        byte[] content = new byte[40 * 1024 * 1024];
        var digest = Digest.Of(content);

        using var response = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}?digest={digest}", Body(content));

        await ShouldHaveCreated(response, digest, content);
    }

    [Fact]
    public async Task A_chunk_out_of_order_is_refused_and_the_upload_goes_on_from_where_it_stands()
    {
        string upload = await BeginUploadAsync("app");
        using var first = await SendAsync(HttpMethod.Patch, upload, Body(Content[..1000], contentRange: "0-999"));
        using var gap = await SendAsync(HttpMethod.Patch, upload, Body(Content[2000..], contentRange: "2000-2999"));
        using var early = await SendAsync(HttpMethod.Put, $"{upload}?digest={Digest.Of(Content)}", Body(Content[2000..], contentRange: "2000-2999"));
        await ShouldRefuse(gap, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
        await ShouldRefuse(early, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");

        using var status = await SendAsync(HttpMethod.Get, upload);
        status.StatusCode.Should().Be(HttpStatusCode.NoContent);
        Header(status, "Range").Should().Be("0-999");
        Header(status, "Location").Should().Be(upload);

        using var rest = await SendAsync(HttpMethod.Patch, upload, Body(Content[1000..], contentRange: "1000-2999"));
        using var response = await SendAsync(HttpMethod.Put, $"{upload}?digest={Digest.Of(Content)}");
        await ShouldHaveCreated(response, Digest.Of(Content), Content);
    }

    [Theory]
    [InlineData("5-2")]
    [InlineData("0-")]
    [InlineData("-5")]
    [InlineData("0-9223372036854775807")]
    [InlineData("x-y")]
    public async Task A_malformed_content_range_is_refused(string range)
    {
        using var response = await SendAsync(HttpMethod.Patch, await BeginUploadAsync("app"), Body(Content, contentRange: range));

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "RANGE_INVALID");
    }

    [Fact]
    public async Task A_content_range_that_promises_another_length_is_refused()
    {
        using var response = await SendAsync(HttpMethod.Patch, await BeginUploadAsync("app"), Body(Content, contentRange: "0-99"));

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "SIZE_INVALID");
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Content_that_does_not_hash_to_the_digest_is_refused_in_every_style(string algorithm)
    {
        var wrong = DigestBy(algorithm, [1]);
        using var post = await SendAsync(HttpMethod.Post, $"/v2/app/blobs/uploads/?digest={wrong}", Body(Content));
        using var put = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}?digest={wrong}", Body(Content));
        string chunked = await BeginUploadAsync("app");
        using var chunk = await SendAsync(HttpMethod.Patch, chunked, Body(Content, contentRange: "0-2999"));
        using var afterChunk = await SendAsync(HttpMethod.Put, $"{chunked}?digest={wrong}");
        string last = await BeginUploadAsync("app");
        using var lastFirst = await SendAsync(HttpMethod.Patch, last, Body(Content[..10], contentRange: "0-9"));
        using var withLast = await SendAsync(HttpMethod.Put, $"{last}?digest={wrong}", Body(Content[10..], contentRange: "10-2999"));
        string streamed = await BeginUploadAsync("app");
        using var stream = await SendAsync(HttpMethod.Patch, streamed, Body(Content));
        using var afterStream = await SendAsync(HttpMethod.Put, $"{streamed}?digest={wrong}");

        foreach (var refused in new[] { post, put, afterChunk, withLast, afterStream })
        {
            await ShouldRefuse(refused, HttpStatusCode.BadRequest, "DIGEST_INVALID");
        }

        using var absent = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/{wrong}");
        await ShouldRefuse(absent, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        Directory.EnumerateFiles(Path.Combine(Registry.Folder, "uploads")).Should().BeEmpty("a refused upload is discarded");
    }

    [Fact]
    public async Task A_single_request_that_breaks_off_leaves_no_upload_behind()
    {
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(Registry.Uri.Host, Registry.Uri.Port);
            await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"POST /v2/app/blobs/uploads/?digest={Digest.Of(Content)} HTTP/1.1\r\nHost: {Registry.Address}\r\nContent-Length: 3000000\r\n\r\n"));
            await socket.GetStream().WriteAsync(new byte[100_000]);
            await UntilAsync(uploads => uploads.Any());
        }

        await UntilAsync(uploads => !uploads.Any());

        async Task UntilAsync(Func<IEnumerable<string>, bool> condition)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!condition(Directory.EnumerateFiles(Path.Combine(Registry.Folder, "uploads"))))
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?digest=")]
    [InlineData("?digest=sha256:abc")]
    [InlineData("?digest=md5:d41d8cd98f00b204e9800998ecf8427e")]
    public async Task A_malformed_digest_is_refused(string query)
    {
        using var response = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}{query}", Body(Content));

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task A_blob_is_mounted_from_the_repository_that_holds_it()
    {
        var blob = await PushBlobAsync("one/app", Content);

        using var response = await SendAsync(HttpMethod.Post, $"/v2/other/blobs/uploads/?mount={blob.Digest}&from=one/app");

        await ShouldHaveCreated(response, blob.Digest, Content, "other");
    }

    [Theory]
    [InlineData("&from=nowhere")]
    [InlineData("&from=../one")]
    public async Task A_mount_from_a_repository_that_does_not_hold_the_blob_becomes_an_upload(string from)
    {
        var blob = await PushBlobAsync("one", Content);

        using var response = await SendAsync(HttpMethod.Post, $"/v2/other/blobs/uploads/?mount={blob.Digest}{from}");

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var put = await SendAsync(HttpMethod.Put, $"{Header(response, "Location")}?digest={blob.Digest}", Body(Content));
        await ShouldHaveCreated(put, blob.Digest, Content, "other");
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone()
    {
        string upload = await BeginUploadAsync("app");

        using var cancelled = await SendAsync(HttpMethod.Delete, upload);
        using var again = await SendAsync(HttpMethod.Delete, upload);
        using var status = await SendAsync(HttpMethod.Get, upload);
        using var patch = await SendAsync(HttpMethod.Patch, upload, Body(Content));

        cancelled.StatusCode.Should().Be(HttpStatusCode.NoContent);
        await ShouldRefuse(again, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        await ShouldRefuse(status, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        await ShouldRefuse(patch, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task An_upload_belongs_to_the_repository_that_began_it()
    {
        string upload = await BeginUploadAsync("mine");

        using var response = await SendAsync(HttpMethod.Patch, upload.Replace("/mine/", "/yours/", StringComparison.Ordinal), Body(Content));

        await ShouldRefuse(response, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
    }

    [Theory]
    [InlineData("..%2F..%2Fformat")]
    [InlineData("0123")]
    public async Task An_upload_id_that_was_never_given_out_is_unknown(string id)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/blobs/uploads/{id}");

        await ShouldRefuse(response, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
    }

    private static Digest DigestBy(string algorithm, byte[] content) => Digest.Of(DigestAlgorithm.Find(algorithm)!, content);

    private async Task ShouldHaveCreated(HttpResponseMessage response, Digest digest, byte[] content, string repository = "app")
    {
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        Header(response, "Docker-Content-Digest").Should().Be(digest.ToString());
        Header(response, "Location").Should().Be($"/v2/{repository}/blobs/{digest}");
        using var blob = await SendAsync(HttpMethod.Get, Header(response, "Location")!);
        Digest.Of(digest.Algorithm, await blob.Content.ReadAsByteArrayAsync()).Should().Be(digest);
        blob.Content.Headers.ContentLength.Should().Be(content.Length);
    }

    /// <summary>Makes the client send a body of unknown length.</summary>
    private sealed class UnseekableStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, 700));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
