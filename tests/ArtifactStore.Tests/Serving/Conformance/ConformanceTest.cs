using System.Net;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

/// <summary>The cases of the distribution-spec's own conformance suite, by name, each with every digest algorithm.</summary>
public abstract class ConformanceTest : RegistryTest
{
    protected const string Repository = "conformance/repo1";

    protected const string OtherRepository = "conformance/repo2";

    public static TheoryData<string> Algorithms => ["sha256", "sha512"];

    protected static byte[] Content { get; } = RandomNumberGenerator.GetBytes(4096);

    protected static Digest DigestBy(string algorithm, byte[] content) => Digest.Of(DigestAlgorithm.Find(algorithm)!, content);

    protected static string BlobPath(Digest digest, string repository = Repository) => $"/v2/{repository}/blobs/{digest}";

    /// <summary>The answer says where the blob is; HEAD and GET find it there; once deleted it is gone.</summary>
    protected async Task ShouldHoldAsync(HttpResponseMessage created, Digest digest, byte[] content, string repository = Repository)
    {
        created.StatusCode.Should().Be(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        Header(created, "Location").Should().Be(BlobPath(digest, repository));
        Header(created, "Docker-Content-Digest").Should().Be(digest.ToString());
        using (var head = await SendAsync(HttpMethod.Head, BlobPath(digest, repository)))
        {
            head.StatusCode.Should().Be(HttpStatusCode.OK);
            head.Content.Headers.ContentLength.Should().Be(content.Length);
            Header(head, "Docker-Content-Digest").Should().Be(digest.ToString());
        }

        using (var get = await SendAsync(HttpMethod.Get, BlobPath(digest, repository)))
        {
            (await get.Content.ReadAsByteArrayAsync()).Should().Equal(content);
        }

        using var deleted = await SendAsync(HttpMethod.Delete, BlobPath(digest, repository));
        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await ShouldLackAsync(digest, repository);
    }

    protected async Task ShouldLackAsync(Digest digest, string repository = Repository)
    {
        using var head = await SendAsync(HttpMethod.Head, BlobPath(digest, repository));
        using var get = await SendAsync(HttpMethod.Get, BlobPath(digest, repository));
        head.StatusCode.Should().Be(HttpStatusCode.NotFound);
        await ShouldRefuse(get, HttpStatusCode.NotFound, "BLOB_UNKNOWN");
    }

    /// <summary>Sends a piece and gives the place to go on at.</summary>
    protected async Task<string> PatchAsync(string upload, byte[] content, int offset, int count)
    {
        using var response = await SendAsync(
            HttpMethod.Patch, upload, Body(content[offset..(offset + count)], contentRange: count == 0 ? null : $"{offset}-{offset + count - 1}"));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        Header(response, "Range").Should().Be($"0-{Math.Max(0, offset + count - 1)}");
        return Header(response, "Location")!;
    }
}
