using System.Net;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Conformance;

/// <summary>The data sets of the suite: each is pushed, listed, looked at, pulled, asked for its referrers and deleted.</summary>
public sealed class DatasetConformanceTests : ConformanceTest
{
    private const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";

    [Theory, MemberData(nameof(Algorithms))]
    public Task Image(string algorithm) => RunAsync(algorithm, static data => data.Image("image"));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Image_uncompressed(string algorithm) =>
        RunAsync(algorithm, static data => data.Image("image", [data.Blob("application/vnd.oci.image.layer.v1.tar")]));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Image_with_large_manifest(string algorithm) => RunAsync(
        algorithm, static data => data.Image("large", change: static image => image["annotations"] = new JsonObject { ["padding"] = new string('x', 3 * 1024 * 1024) }));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Index(string algorithm) => RunAsync(algorithm, static data => data.Index("index", [data.Image(), data.Image()]));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Nested_index(string algorithm) => RunAsync(
        algorithm, static data => data.Index("nested", [data.Index(null, [data.Image(), data.Image()]), data.Index(null, [data.Image()])]));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Empty_index(string algorithm) => RunAsync(algorithm, static data => data.Index("empty", []));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Artifact(string algorithm) =>
        RunAsync(algorithm, static data => data.Image("artifact", change: static image => image["artifactType"] = "application/vnd.example.artifact"));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Artifact_index(string algorithm) => RunAsync(
        algorithm, static data => data.Index("list", [data.Image(), data.Image()], static index => index["artifactType"] = "application/vnd.example.list"));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Artifact_without_layers(string algorithm) =>
        RunAsync(algorithm, static data => data.Image("bare", [], static image => image["artifactType"] = "application/vnd.example.artifact"));

    [Theory, MemberData(nameof(Algorithms))]
    public Task No_layers(string algorithm) => RunAsync(algorithm, static data => data.Image("no-layers", []));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Artifacts_with_subject(string algorithm) => RunAsync(algorithm, static data =>
    {
        var subject = data.Image("subject");
        data.Image(subject: subject, change: static image => image["artifactType"] = "application/vnd.example.sbom");
        data.Image(subject: subject, change: static image => image["artifactType"] = "application/vnd.example.signature");
        data.Image("by-configuration", subject: subject, change: static image => image["annotations"] = new JsonObject { ["org.example"] = "kept" });
    });

    [Theory, MemberData(nameof(Algorithms))]
    public Task Index_with_subject(string algorithm) => RunAsync(algorithm, static data =>
    {
        var subject = data.Index("subject", [data.Image()]);
        data.Index(null, [data.Image()], static index => index["artifactType"] = "application/vnd.example.list", subject);
    });

    [Theory, MemberData(nameof(Algorithms))]
    public Task Missing_subject(string algorithm) => RunAsync(
        algorithm,
        static data => data.Image("lonely", subject: data.Absent(MediaTypes.Manifest), change: static image => image["artifactType"] = "application/vnd.example.sbom"));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Data_field(string algorithm) => RunAsync(algorithm, static data => data.Image("data-field", change: image =>
    {
        foreach (var descriptor in image["layers"]!.AsArray().Append(image["config"]))
        {
            var digest = Digest.Parse((string)descriptor!["digest"]!);
            descriptor["data"] = Convert.ToBase64String(data.Blobs.Single(b => b.Digest == digest).Content);
        }
    }));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Non_distributable_layers(string algorithm) => RunAsync(algorithm, static data => data.Image(
        "foreign",
        [
            data.Absent("application/vnd.oci.image.layer.nondistributable.v1.tar"),
            data.Absent("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
            data.Absent("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"),
            data.Blob(Layer),
        ]));

    [Theory, MemberData(nameof(Algorithms))]
    public Task Custom_fields(string algorithm) => RunAsync(
        algorithm,
        static data => data.Index(
            "custom",
            [data.Image(change: static image => image["org.example.custom"] = new JsonObject { ["deep"] = new JsonArray(1, "two", true) })],
            static index => index["org.example.custom"] = "value"));

    private async Task RunAsync(string algorithm, Action<Dataset> make)
    {
        var data = new Dataset(algorithm);
        make(data);
        await PushAsync(data);
        await ListAsync(data);
        await PullAsync(data);
        foreach (var subject in data.Referrers.Select(static r => r.Subject).Distinct())
        {
            await AskReferrersAsync(data, subject);
        }

        await DeleteAsync(data);
    }

    private async Task PushAsync(Dataset data)
    {
        foreach (var (digest, content) in data.Blobs.DistinctBy(static b => b.Digest))
        {
            await PushBlobAsync(Repository, content, digest.Algorithm);
        }

        foreach (var (digest, content, mediaType, tag) in data.Manifests)
        {
            using var created = await PutManifestAsync(Repository, digest.ToString(), content, mediaType);
            created.StatusCode.Should().Be(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
            Header(created, "Location").Should().Be($"/v2/{Repository}/manifests/{digest}");
            Header(created, "Docker-Content-Digest").Should().Be(digest.ToString());
            Header(created, "OCI-Subject").Should().Be(data.Referrers.Find(r => r.Referrer == digest).Subject?.ToString());
            if (tag is not null)
            {
                // A push by tag alone is by SHA-256; a tag on other content comes with its digest.
                string query = digest.Algorithm == DigestAlgorithm.Sha256 ? tag : $"{digest}?tag={tag}";
                using var tagged = await PutManifestAsync(Repository, query, content, mediaType);
                tagged.StatusCode.Should().Be(HttpStatusCode.Created);
            }
        }
    }

    private async Task ListAsync(Dataset data)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/tags/list");
        var list = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((string?)list["name"]).Should().Be(Repository);
        list["tags"]!.AsArray().Select(static t => (string)t!).Should().Equal(data.Manifests.Select(static m => m.Tag).OfType<string>().Order(StringComparer.Ordinal));
    }

    private async Task PullAsync(Dataset data)
    {
        foreach (var (digest, content, mediaType, tag) in data.Manifests)
        {
            foreach (string reference in (string[])[digest.ToString(), .. tag is null ? Array.Empty<string>() : [tag]])
            {
                using var head = await SendAsync(HttpMethod.Head, $"/v2/{Repository}/manifests/{reference}");
                using var get = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/manifests/{reference}", null, ("Accept", mediaType));
                foreach (var response in (HttpResponseMessage[])[head, get])
                {
                    response.StatusCode.Should().Be(HttpStatusCode.OK);
                    response.Content.Headers.ContentType!.MediaType.Should().Be(mediaType);
                    response.Content.Headers.ContentLength.Should().Be(content.Length);
                    Header(response, "Docker-Content-Digest").Should().Be(digest.ToString());
                }

                (await get.Content.ReadAsByteArrayAsync()).Should().Equal(content);
            }
        }

        foreach (var (digest, content) in data.Blobs)
        {
            using var blob = await SendAsync(HttpMethod.Get, BlobPath(digest));
            (await blob.Content.ReadAsByteArrayAsync()).Should().Equal(content);
        }
    }

    private async Task AskReferrersAsync(Dataset data, Digest subject)
    {
        var expected = data.Referrers.Where(r => r.Subject == subject).ToList();
        (await ReferrersAsync($"{subject}", filtered: false)).Should().BeEquivalentTo(expected.Select(static r => r.Referrer.ToString()));
        foreach (string type in expected.Select(static r => r.ArtifactType).OfType<string>())
        {
            (await ReferrersAsync($"{subject}?artifactType={Uri.EscapeDataString(type)}", filtered: true))
                .Should().BeEquivalentTo(expected.Where(r => r.ArtifactType == type).Select(static r => r.Referrer.ToString()));
        }

        (await ReferrersAsync($"{subject}?artifactType=application/vnd.example.unknown", filtered: true)).Should().BeEmpty();
    }

    private async Task<List<string>> ReferrersAsync(string query, bool filtered)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/{Repository}/referrers/{query}");
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.Should().Be(MediaTypes.Index);
        Header(response, "OCI-Filters-Applied").Should().Be(filtered ? "artifactType" : null);
        var index = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((int?)index["schemaVersion"]).Should().Be(2);
        return [.. index["manifests"]!.AsArray().Select(static m => (string)m!["digest"]!)];
    }

    private async Task DeleteAsync(Dataset data)
    {
        foreach (string tag in data.Manifests.Select(static m => m.Tag).OfType<string>())
        {
            await DeleteAsync($"/v2/{Repository}/manifests/{tag}");
        }

        foreach (var (digest, _, _, _) in Enumerable.Reverse(data.Manifests))
        {
            await DeleteAsync($"/v2/{Repository}/manifests/{digest}");
        }

        foreach (var (subject, _, _) in data.Referrers)
        {
            (await ReferrersAsync($"{subject}", filtered: false)).Should().BeEmpty();
        }

        foreach (var digest in data.Blobs.Select(static b => b.Digest).Distinct())
        {
            await DeleteAsync(BlobPath(digest));
        }
    }

    private async Task DeleteAsync(string path)
    {
        using var deleted = await SendAsync(HttpMethod.Delete, path);
        using var gone = await SendAsync(HttpMethod.Get, path);
        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        gone.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }
}
