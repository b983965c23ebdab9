using System.Net;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

public sealed class ManifestConformanceTests : ConformanceTest
{
    [Fact]
    public async Task Ping()
    {
        using var response = await SendAsync(HttpMethod.Get, "/v2/");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Empty_tag_list()
    {
        await PushBlobAsync(Repository, Content);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/tags/list");

        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["tags"]!.AsArray().Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Empty_referrers(string algorithm)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/referrers/{DigestBy(algorithm, [7])}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var index = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((string?)index["mediaType"]).Should().Be(MediaTypes.Index);
        index["manifests"]!.AsArray().Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Bad_digest_image(string algorithm)
    {
        var data = await PushBlobsOfAnImageAsync(algorithm);
        var (digest, content, mediaType, _) = data.Manifests[0];

        using var refused = await PutManifestAsync(Repository, digest.ToString(), [.. content, (byte)' ', (byte)' '], mediaType);

        await ShouldRefuse(refused, HttpStatusCode.BadRequest, "DIGEST_INVALID");
        await ShouldLackManifestAsync(digest.ToString());
    }

    [Theory]
    [InlineData("sha256:xyz")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256")]
    [InlineData("")]
    public async Task Invalid_digest_format_inside_a_manifest(string digest)
    {
        var data = await PushBlobsOfAnImageAsync("sha256");
        var image = JsonNode.Parse(data.Manifests[0].Content)!;
        image["layers"]![0]!["digest"] = digest;

        using var refused = await PutManifestAsync(Repository, "bad", System.Text.Encoding.UTF8.GetBytes(image.ToJsonString()));

        await ShouldRefuse(refused, HttpStatusCode.BadRequest, "MANIFEST_INVALID");
        await ShouldLackManifestAsync("bad");
    }

    [Theory]
    [InlineData("sha256:xyz")]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    public async Task Invalid_digest_format_in_the_path(string digest)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
        {
            using var manifest = await SendAsync(method, $"/v2/{Repository}/manifests/{digest}");
            using var blob = await SendAsync(method, $"/v2/{Repository}/blobs/{digest}");
            await ShouldRefuse(manifest, HttpStatusCode.BadRequest, "DIGEST_INVALID");
            await ShouldRefuse(blob, HttpStatusCode.BadRequest, "DIGEST_INVALID");
        }
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Missing_manifest(string algorithm)
    {
        await ShouldLackManifestAsync("no-such-tag");
        await ShouldLackManifestAsync(DigestBy(algorithm, [8]).ToString());
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Tag_parameters_on_a_push_by_digest(string algorithm)
    {
        var data = await PushBlobsOfAnImageAsync(algorithm);
        var (digest, content, mediaType, _) = data.Manifests[0];

        using var created = await PutManifestAsync(Repository, $"{digest}?tag=1.2.3&tag=1.2&tag=latest", content, mediaType);

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        string.Join(", ", created.Headers.GetValues("OCI-Tag")).Split(", ").Should().BeEquivalentTo("1.2.3", "1.2", "latest");
        foreach (string tag in (string[])["1.2.3", "1.2", "latest"])
        {
            using var get = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/manifests/{tag}");
            Header(get, "Docker-Content-Digest").Should().Be(digest.ToString());
        }
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Sparse_manifests_are_taken_only_where_that_is_allowed(string algorithm)
    {
        var data = new Dataset(algorithm);
        var image = data.Image(layers: [data.Absent("application/vnd.oci.image.layer.v1.tar")]);
        data.Index("sparse", [image, data.Absent(MediaTypes.Manifest)]);
        await using var lenient = await LoopbackRegistry.StartAsync(sparseManifests: true);
        using var client = new HttpClient { BaseAddress = lenient.Uri };
        foreach (var (digest, content, mediaType, _) in data.Manifests)
        {
            using var refused = await PutManifestAsync(Repository, digest.ToString(), content, mediaType);
            await ShouldRefuse(refused, HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");

            var place = new Uri($"/v2/{Repository}/manifests/{digest}", UriKind.Relative);
            using var taken = await client.PutAsync(place, Body(content, mediaType));
            taken.StatusCode.Should().Be(HttpStatusCode.Created);
            (await client.GetByteArrayAsync(place)).Should().Equal(content);
        }
    }

    [Fact]
    public async Task Tag_list_in_pages()
    {
        string[] tags = [.. Enumerable.Range(0, 7).Select(static i => $"tag-{i}")];
        foreach (string tag in tags)
        {
            await PushManifestAsync(Repository, tag);
        }

        List<string> listed = [];
        string? next = $"/v2/{Repository}/tags/list?n=3";
        for (int pages = 0; next is not null && pages < 5; pages++)
        {
            using var page = await SendAsync(HttpMethod.Get, next);
            string[] names = [.. JsonNode.Parse(await page.Content.ReadAsStringAsync())!["tags"]!.AsArray().Select(static t => (string)t!)];
            names.Length.Should().BeLessThanOrEqualTo(3);
            listed.AddRange(names);
            next = Header(page, "Link") is { } link ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : null;
        }

        listed.Should().Equal(tags);
        next.Should().BeNull();
        using var after = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/tags/list?n=2&last=tag-4");
        (await after.Content.ReadAsStringAsync()).Should().Contain("""["tag-5","tag-6"]""");
        using var none = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/tags/list?n=0");
        (await none.Content.ReadAsStringAsync()).Should().Contain("[]");
    }

    private async Task ShouldLackManifestAsync(string reference)
    {
        using var head = await SendAsync(HttpMethod.Head, $"/v2/{Repository}/manifests/{reference}");
        using var get = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/manifests/{reference}");
        using var deleted = await SendAsync(HttpMethod.Delete, $"/v2/{Repository}/manifests/{reference}");
        head.StatusCode.Should().Be(HttpStatusCode.NotFound);
        await ShouldRefuse(get, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        await ShouldRefuse(deleted, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }

    private async Task<Dataset> PushBlobsOfAnImageAsync(string algorithm)
    {
        var data = new Dataset(algorithm);
        data.Image();
        foreach (var (digest, content) in data.Blobs)
        {
            await PushBlobAsync(Repository, content, digest.Algorithm);
        }

        return data;
    }
}
