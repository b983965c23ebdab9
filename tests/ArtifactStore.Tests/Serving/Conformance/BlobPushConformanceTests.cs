using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

public sealed class BlobPushConformanceTests : ConformanceTest
{
    public static TheoryData<string, string> Contents
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string algorithm in (string[])["sha256", "sha512"])
            {
                foreach (string content in (string[])["some bytes", "zero bytes", "an empty object"])
                {
                    data.Add(algorithm, content);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Contents))]
    public async Task Post_only(string algorithm, string kind)
    {
        var (content, digest) = Make(algorithm, kind);

        using var created = await SendAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?digest={digest}", Body(content, "application/octet-stream"));

        await ShouldHoldAsync(created, digest, content);
    }

    [Theory, MemberData(nameof(Contents))]
    public async Task Post_and_put(string algorithm, string kind)
    {
        var (content, digest) = Make(algorithm, kind);

        using var created = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync(Repository)}?digest={digest}", Body(content));

        await ShouldHoldAsync(created, digest, content);
    }

    [Theory, MemberData(nameof(Contents))]
    public async Task Chunked_single(string algorithm, string kind)
    {
        var (content, digest) = Make(algorithm, kind);
        string upload = await PatchAsync(await BeginUploadAsync(Repository), content, 0, content.Length);

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHoldAsync(created, digest, content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Chunked_multi(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await BeginUploadAsync(Repository);
        for (int offset = 0; offset < Content.Length; offset += 1024)
        {
            upload = await PatchAsync(upload, Content, offset, 1024);
        }

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHoldAsync(created, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Chunked_multi_with_the_last_chunk_in_the_put(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024);

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}", Body(Content[1024..], contentRange: "1024-4095"));

        await ShouldHoldAsync(created, digest, Content);
    }

    [Theory, MemberData(nameof(Contents))]
    public async Task Stream(string algorithm, string kind)
    {
        var (content, digest) = Make(algorithm, kind);
        string upload = await BeginUploadAsync(Repository);
        using (var patched = await SendAsync(HttpMethod.Patch, upload, Body(content, "application/octet-stream"), ("Transfer-Encoding", "chunked")))
        {
            patched.StatusCode.Should().Be(HttpStatusCode.Accepted);
            upload = Header(patched, "Location")!;
        }

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHoldAsync(created, digest, content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Chunked_out_of_order_then_resumed_from_the_status_of_the_session(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024);
        using (var early = await SendAsync(HttpMethod.Patch, upload, Body(Content[2048..], contentRange: "2048-4095")))
        {
            await ShouldRefuse(early, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
        }

        using (var status = await SendAsync(HttpMethod.Get, upload))
        {
            status.StatusCode.Should().Be(HttpStatusCode.NoContent);
            Header(status, "Range").Should().Be("0-1023");
            upload = Header(status, "Location")!;
        }

        upload = await PatchAsync(upload, Content, 1024, 3072);
        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHoldAsync(created, digest, Content);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Chunked_out_of_order_in_the_put_then_resumed(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024);
        using (var early = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}", Body(Content[2048..], contentRange: "2048-4095")))
        {
            await ShouldRefuse(early, HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID");
        }

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}", Body(Content[1024..], contentRange: "1024-4095"));

        await ShouldHoldAsync(created, digest, Content);
    }

    [Fact]
    public async Task An_upload_whose_first_chunks_were_hashed_by_sha256_is_finished_under_its_sha512()
    {
        string upload = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 2048);
        upload = await PatchAsync(upload, Content, 2048, 2048);
        var digest = DigestBy("sha512", Content);

        using var created = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}");

        await ShouldHoldAsync(created, digest, Content);
        await ShouldLackAsync(DigestBy("sha256", Content));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Post_cancel(string algorithm)
    {
        var digest = DigestBy(algorithm, Content);
        string upload = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024);

        using var cancelled = await SendAsync(HttpMethod.Delete, upload);

        cancelled.StatusCode.Should().Be(HttpStatusCode.NoContent);
        using var status = await SendAsync(HttpMethod.Get, upload);
        using var late = await SendAsync(HttpMethod.Put, $"{upload}?digest={digest}", Body(Content));
        await ShouldRefuse(status, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        await ShouldRefuse(late, HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        await ShouldLackAsync(digest);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Bad_digest_in_every_style(string algorithm)
    {
        var wrong = DigestBy(algorithm, [1, 2, 3]);
        string single = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 4096);
        string multi = await PatchAsync(await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024), Content, 1024, 3072);
        string inPut = await PatchAsync(await BeginUploadAsync(Repository), Content, 0, 1024);
        string stream = await BeginUploadAsync(Repository);
        using var streamed = await SendAsync(HttpMethod.Patch, stream, Body(Content), ("Transfer-Encoding", "chunked"));
        (string Style, HttpMethod Method, string Path, HttpContent? Body)[] pushes =
        [
            ("post only", HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?digest={wrong}", Body(Content)),
            ("post and put", HttpMethod.Put, $"{await BeginUploadAsync(Repository)}?digest={wrong}", Body(Content)),
            ("chunked single", HttpMethod.Put, $"{single}?digest={wrong}", null),
            ("chunked multi", HttpMethod.Put, $"{multi}?digest={wrong}", null),
            ("chunked multi with the last chunk in the put", HttpMethod.Put, $"{inPut}?digest={wrong}", Body(Content[1024..], contentRange: "1024-4095")),
            ("stream", HttpMethod.Put, $"{stream}?digest={wrong}", null),
        ];
        foreach (var push in pushes)
        {
            using var refused = await SendAsync(push.Method, push.Path, push.Body);
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest, push.Style);
            await ShouldRefuse(refused, HttpStatusCode.BadRequest, "DIGEST_INVALID");
            await ShouldLackAsync(wrong);
        }
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Get_missing(string algorithm) => await ShouldLackAsync(DigestBy(algorithm, [9, 9, 9]));

    private static (byte[] Content, Digest Digest) Make(string algorithm, string kind)
    {
        byte[] content = kind switch
        {
            "zero bytes" => [],
            "an empty object" => "{}"u8.ToArray(),
            _ => Content,
        };
        return (content, DigestBy(algorithm, content));
    }
}
