using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class ManifestEndpointsTests : RegistryTest
{
    [Fact]
    public async Task A_manifest_is_found_by_tag_and_by_digest()
    {
        var manifest = await PushManifestAsync("team/app", "v1");

        foreach (string reference in new[] { "v1", manifest.Digest.ToString() })
        {
            using var get = await SendAsync(HttpMethod.Get, $"/v2/team/app/manifests/{reference}");
            using var head = await SendAsync(HttpMethod.Head, $"/v2/team/app/manifests/{reference}");
            Digest.Of(await get.Content.ReadAsByteArrayAsync()).Should().Be(manifest.Digest);
            foreach (var response in new[] { get, head })
            {
                response.StatusCode.Should().Be(HttpStatusCode.OK);
                Header(response, "Content-Type").Should().Be(MediaTypes.Manifest);
                Header(response, "Docker-Content-Digest").Should().Be(manifest.Digest.ToString());
                response.Content.Headers.ContentLength.Should().Be(manifest.Size);
            }
        }
    }

    [Fact]
    public async Task A_manifest_is_pushed_by_its_SHA512_with_blobs_of_the_same()
    {
        var config = await PushBlobAsync("app", Artifacts.EmptyConfig, DigestAlgorithm.Sha512);
        byte[] content = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{Artifacts.Json(config).ToJsonString()}},"layers":[]}""");
        var digest = Digest.Of(DigestAlgorithm.Sha512, content);

        using var put = await PutManifestAsync("app", digest.ToString(), content);
        using var get = await SendAsync(HttpMethod.Get, $"/v2/app/manifests/{digest}");

        put.StatusCode.Should().Be(HttpStatusCode.Created);
        Header(put, "Location").Should().Be($"/v2/app/manifests/{digest}");
        (await get.Content.ReadAsByteArrayAsync()).Should().Equal(content);
    }

    [Fact]
    public async Task Tags_can_be_given_with_a_push_by_digest()
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        byte[] content = Artifacts.Manifest();

        using var put = await PutManifestAsync("app", $"{Digest.Of(content)}?tag=v1&tag=v2", content);
        using var bad = await PutManifestAsync("app", $"{Digest.Of(content)}?tag=../v1", content);

        Header(put, "OCI-Tag").Should().Be("v1, v2");
        (await SendAsync(HttpMethod.Head, "/v2/app/manifests/v2")).StatusCode.Should().Be(HttpStatusCode.OK);
        await ShouldRefuse(bad, HttpStatusCode.BadRequest, "MANIFEST_INVALID");
    }

    [Fact]
    public async Task Pushing_a_tag_again_moves_it_and_keeps_the_earlier_manifest()
    {
        var first = await PushManifestAsync("app", "v1");
        var second = await PushManifestAsync("app", "v1", artifactType: "a/b");

        using var tag = await SendAsync(HttpMethod.Head, "/v2/app/manifests/v1");
        using var earlier = await SendAsync(HttpMethod.Head, $"/v2/app/manifests/{first.Digest}");

        Header(tag, "Docker-Content-Digest").Should().Be(second.Digest.ToString());
        earlier.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Indexes_nest_and_may_be_empty()
    {
        var image = await PushManifestAsync("app");
        byte[] inner = Artifacts.Index(subject: null, artifactType: null, image);
        byte[] outer = Artifacts.Index(subject: null, artifactType: null, Descriptor.Of(MediaTypes.Index, inner));

        using var tooEarly = await PutManifestAsync("app", "outer", outer, MediaTypes.Index);
        using var first = await PutManifestAsync("app", "inner", inner, MediaTypes.Index);
        using var second = await PutManifestAsync("app", "outer", outer, MediaTypes.Index);
        using var empty = await PutManifestAsync("app", "empty", Artifacts.Index(subject: null, artifactType: null), MediaTypes.Index);

        await ShouldRefuse(tooEarly, HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");
        new[] { first, second, empty }.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_manifest_whose_blobs_are_only_in_another_repository_is_refused()
    {
        await PushBlobAsync("other", Artifacts.EmptyConfig);

        using var response = await PutManifestAsync("app", "v1", Artifacts.Manifest());

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");
        using var tag = await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1");
        await ShouldRefuse(tag, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task A_non_distributable_layer_need_not_be_pushed_and_custom_fields_are_kept()
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        var layer = Descriptor.Of("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "foreign"u8);
        string json = Encoding.UTF8.GetString(Artifacts.Manifest(layer));
        byte[] content = Encoding.UTF8.GetBytes($$"""{"org.example.custom":{"a":[1,2]},{{json[1..]}}""");

        using var put = await PutManifestAsync("app", "v1", content);
        using var get = await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1");

        put.StatusCode.Should().Be(HttpStatusCode.Created);
        (await get.Content.ReadAsByteArrayAsync()).Should().Equal(content);
    }

    [Fact]
    public async Task A_manifest_of_four_mebibytes_is_taken_and_a_larger_one_is_not()
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        int overhead = Artifacts.Manifest(annotation: ("a", "")).Length;
        byte[] largest = Artifacts.Manifest(annotation: ("a", new string('x', (4 * 1024 * 1024) - overhead)));
        byte[] tooLarge = Artifacts.Manifest(annotation: ("a", new string('x', (4 * 1024 * 1024) - overhead + 1)));

        using var taken = await PutManifestAsync("app", "large", largest);
        using var refused = await PutManifestAsync("app", "larger", tooLarge);

        largest.Should().HaveCount(4 * 1024 * 1024);
        taken.StatusCode.Should().Be(HttpStatusCode.Created);
        await ShouldRefuse(refused, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
    }

    [Fact]
    public async Task Content_that_does_not_hash_to_the_digest_is_refused()
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);

        using var response = await PutManifestAsync("app", Artifacts.Missing.ToString(), Artifacts.Manifest());

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    public async Task A_malformed_digest_is_refused(string reference)
    {
        using var get = await SendAsync(HttpMethod.Get, $"/v2/app/manifests/{reference}");
        using var put = await PutManifestAsync("app", reference, Artifacts.Manifest());

        await ShouldRefuse(get, HttpStatusCode.BadRequest, "DIGEST_INVALID");
        await ShouldRefuse(put, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Theory]
    [InlineData("{}", MediaTypes.Manifest)]
    [InlineData("not json", MediaTypes.Manifest)]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", MediaTypes.Manifest)]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", "text/plain")]
    public async Task A_document_that_is_no_manifest_is_refused(string json, string mediaType)
    {
        using var response = await PutManifestAsync("app", "v1", Encoding.UTF8.GetBytes(json), mediaType);

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "MANIFEST_INVALID");
    }

    [Fact]
    public async Task A_name_that_is_not_valid_is_refused()
    {
        using var response = await PutManifestAsync("Team/app", "v1", Artifacts.Manifest());

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "NAME_INVALID");
    }

    [Fact]
    public async Task A_deleted_tag_is_gone_and_its_manifest_stays()
    {
        var manifest = await PushManifestAsync("app", "v1");

        using var deleted = await SendAsync(HttpMethod.Delete, "/v2/app/manifests/v1");
        using var tag = await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1");
        using var byDigest = await SendAsync(HttpMethod.Get, $"/v2/app/manifests/{manifest.Digest}");
        using var again = await SendAsync(HttpMethod.Delete, "/v2/app/manifests/v1");

        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await ShouldRefuse(tag, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        byDigest.StatusCode.Should().Be(HttpStatusCode.OK);
        await ShouldRefuse(again, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task A_deleted_manifest_is_gone_with_its_tags_and_comes_back_only_as_itself()
    {
        var manifest = await PushManifestAsync("app", "v1");
        await PushManifestAsync("app", "other", artifactType: "a/b");

        using var deleted = await SendAsync(HttpMethod.Delete, $"/v2/app/manifests/{manifest.Digest}");
        using var tags = await SendAsync(HttpMethod.Get, "/v2/app/tags/list");
        using var byDigest = await SendAsync(HttpMethod.Get, $"/v2/app/manifests/{manifest.Digest}");
        await PushManifestAsync("app");
        using var tagAfterwards = await SendAsync(HttpMethod.Get, "/v2/app/manifests/v1");

        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await tags.Content.ReadAsStringAsync()).Should().Be("""{"name":"app","tags":["other"]}""");
        await ShouldRefuse(byDigest, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        await ShouldRefuse(tagAfterwards, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task The_catalog_knows_where_content_is()
    {
        var blob = await PushBlobAsync("team/one", "shared"u8.ToArray());
        await PushBlobAsync("two", "shared"u8.ToArray());
        var image = await PushManifestAsync("team/one", "v1");
        var referrer = await PushManifestAsync("team/one", subject: image, artifactType: Artifacts.BundleType, annotation: ("k", "v"));
        var catalog = Registry.Services.GetRequiredService<IManifestCatalog>();
        List<string> repositories = [];
        await foreach (string repository in catalog.ListRepositoriesAsync(CancellationToken.None))
        {
            repositories.Add(repository);
        }

        List<StoredManifest> referrers = [];
        await foreach (var stored in catalog.ListReferrersAsync(CancellationToken.None))
        {
            referrers.Add(stored);
        }

        repositories.Should().Equal("team/one", "two");
        referrers.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Repository = "team/one",
            Subject = image.Digest,
            Descriptor = new { referrer.Digest, referrer.Size, ArtifactType = Artifacts.BundleType },
        });
        (await catalog.FindAsync(blob.Digest, CancellationToken.None)).Should().BeEquivalentTo(new { blob.Size, MediaType = (string?)null, Repositories = new[] { "team/one", "two" } });
        (await catalog.FindAsync(image.Digest, CancellationToken.None)).Should().BeEquivalentTo(new { image.Size, MediaType = MediaTypes.Manifest, Repositories = new[] { "team/one" } });
        (await catalog.FindAsync(Artifacts.Missing, CancellationToken.None)).Should().BeNull();
    }
}
