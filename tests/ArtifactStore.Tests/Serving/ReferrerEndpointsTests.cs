using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class ReferrerEndpointsTests : RegistryTest
{
    [Fact]
    public async Task A_subject_without_referrers_has_an_empty_index_even_in_an_unknown_repository()
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/nowhere/referrers/{Artifacts.Missing}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(response, "Content-Type").Should().Be(MediaTypes.Index);
        (await response.Content.ReadAsStringAsync()).Should().Be("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""");
    }

    [Fact]
    public async Task A_malformed_digest_is_refused()
    {
        using var response = await SendAsync(HttpMethod.Get, "/v2/app/referrers/sha256:abc");

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task Manifests_and_indexes_that_refer_to_a_missing_subject_are_listed(string algorithm)
    {
        var subject = new Descriptor { MediaType = MediaTypes.Manifest, Digest = Digest.Of(DigestAlgorithm.Find(algorithm)!, "not yet pushed"u8), Size = 14 };
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        byte[] manifest = Artifacts.Manifest(subject: subject, annotation: ("org.example.key", "value"));
        byte[] index = Artifacts.Index(subject, "application/x-list");

        using var first = await PutManifestAsync("app", Digest.Of(manifest).ToString(), manifest);
        using var second = await PutManifestAsync("app", "index", index, MediaTypes.Index);
        var listed = await ListAsync($"/v2/app/referrers/{subject.Digest}");

        Header(first, "OCI-Subject").Should().Be(subject.Digest.ToString());
        Header(second, "OCI-Subject").Should().Be(subject.Digest.ToString());
        listed.Should().BeEquivalentTo(new[]
        {
            new { Digest = Digest.Of(manifest), Size = (long)manifest.Length, MediaType = MediaTypes.Manifest, ArtifactType = MediaTypes.Empty, Annotations = (object?)new Dictionary<string, string> { ["org.example.key"] = "value" } },
            new { Digest = Digest.Of(index), Size = (long)index.Length, MediaType = MediaTypes.Index, ArtifactType = "application/x-list", Annotations = (object?)null },
        });
    }

    [Fact]
    public async Task The_filter_on_the_artifact_type_is_applied_and_said_to_be()
    {
        var image = await PushManifestAsync("app");
        var wanted = await PushManifestAsync("app", subject: image, artifactType: Artifacts.BundleType);
        await PushManifestAsync("app", subject: image, artifactType: "a/b");

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/referrers/{image.Digest}?artifactType={Uri.EscapeDataString(Artifacts.BundleType)}");

        Header(response, "OCI-Filters-Applied").Should().Be("artifactType");
        Read(await response.Content.ReadAsByteArrayAsync()).Select(entry => entry.Digest).Should().Equal(wanted.Digest);
    }

    [Fact]
    public async Task Referrers_belong_to_one_repository()
    {
        var image = await PushManifestAsync("mine");
        await PushManifestAsync("mine", subject: image);

        (await ListAsync($"/v2/yours/referrers/{image.Digest}")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_deleted_referrer_is_no_longer_listed()
    {
        var image = await PushManifestAsync("app");
        var referrer = await PushManifestAsync("app", subject: image);

        using var deleted = await SendAsync(HttpMethod.Delete, $"/v2/app/manifests/{referrer.Digest}");

        deleted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await ListAsync($"/v2/app/referrers/{image.Digest}")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_that_together_are_complete()
    {
        // Twelve referrers with 250 KB of annotations each make more than one page.
        var image = await PushManifestAsync("app");
        List<Digest> pushed = [];
        for (int number = 0; number < 12; number++)
        {
            pushed.Add((await PushManifestAsync("app", subject: image, annotation: ($"{number}", new string('x', 250_000)))).Digest);
        }

        List<Digest> listed = [];
        int pages = 0;
        for (string? next = $"/v2/app/referrers/{image.Digest}?artifactType={Uri.EscapeDataString(MediaTypes.Empty)}"; next is not null; pages++)
        {
            using var response = await SendAsync(HttpMethod.Get, next);
            byte[] page = await response.Content.ReadAsByteArrayAsync();
            page.Length.Should().BeLessThan(4 * 1024 * 1024);
            listed.AddRange(Read(page).Select(entry => entry.Digest));
            next = Header(response, "Link")?.Split('<', '>')[1];
        }

        pages.Should().BeGreaterThan(1);
        listed.Should().BeEquivalentTo(pushed).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Annotations_that_would_burst_every_listing_are_refused()
    {
        var image = await PushManifestAsync("app");

        using var response = await PutManifestAsync("app", "v2", Artifacts.Manifest(subject: image, annotation: ("a", new string('x', 300_000))));

        await ShouldRefuse(response, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
    }

    [Fact]
    public async Task An_entry_whose_manifest_the_repository_does_not_hold_is_not_listed()
    {
        var image = await PushManifestAsync("app");
        var referrer = await PushManifestAsync("app", subject: image);
        var keys = Registry.Services.GetRequiredService<IKeyTable>();
        await keys.ChangeAsync([KeyChange.Remove("manifests/app", referrer.Digest.ToString())], CancellationToken.None);

        (await ListAsync($"/v2/app/referrers/{image.Digest}")).Should().BeEmpty();
        await PushManifestAsync("app", subject: image);
        (await ListAsync($"/v2/app/referrers/{image.Digest}")).Should().ContainSingle();
    }

    private static IReadOnlyList<Descriptor> Read(byte[] index)
    {
        using var json = JsonDocument.Parse(index);
        json.RootElement.GetProperty("schemaVersion").GetInt32().Should().Be(2);
        return ReferrerIndex.Parse(index).Entries;
    }

    private async Task<IReadOnlyList<Descriptor>> ListAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return Read(await response.Content.ReadAsByteArrayAsync());
    }
}
