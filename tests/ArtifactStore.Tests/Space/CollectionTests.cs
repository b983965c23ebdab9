using System.Net;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Space;

public sealed class CollectionTests : SpaceTest
{
    private protected override SpaceOptions Options => new()
    {
        Lifetimes =
        [
            new SpaceLifetime { TimeToLive = TimeSpan.FromHours(72), Repositories = [Pattern("ci/**")] },
            new SpaceLifetime { TimeToLive = TimeSpan.FromHours(10), Caches = [Pattern("short"), Pattern("ac/*")] },
        ],
    };

    [Fact]
    public async Task What_a_deleted_manifest_needed_goes_after_the_grace_period_and_not_before()
    {
        var (manifest, layer) = await PushAsync("app", "v1", "layer");
        (await StatusAsync(HttpMethod.Delete, $"/v2/app/manifests/{manifest}")).Should().Be(202);

        var soon = await CollectAsync();
        Time.Advance(TimeSpan.FromMinutes(62));
        var later = await CollectAsync();

        soon.Unreferenced.Blobs.Should().Be(0);
        soon.KeptByGrace.Blobs.Should().Be(3);
        later.Unreferenced.Blobs.Should().Be(3, "manifest, configuration and layer");
        (await IsStoredAsync(layer)).Should().BeFalse();
        (await IsStoredAsync(manifest)).Should().BeFalse();
        (await CollectAsync()).Unreferenced.Blobs.Should().Be(0);
    }

    [Fact]
    public async Task What_another_manifest_needs_stays_but_its_link_in_the_first_repository_goes()
    {
        var (manifest, layer) = await PushAsync("app", "v1", "layer");
        await PushAsync("other", "v1", "layer", annotation: "x");
        await StatusAsync(HttpMethod.Delete, $"/v2/app/manifests/{manifest}");
        Time.Advance(TimeSpan.FromDays(1));

        var report = await CollectAsync();

        report.Unreferenced.Blobs.Should().Be(1, "only the manifest was alone");
        report.Links.Should().Be(2);
        (await StatusAsync(HttpMethod.Head, $"/v2/app/blobs/{layer}")).Should().Be(404);
        (await StatusAsync(HttpMethod.Get, $"/v2/other/blobs/{layer}")).Should().Be(200);
    }

    [Fact]
    public async Task Referrers_children_and_untagged_manifests_are_pinned_for_ever()
    {
        var image = await PushManifestAsync("app");
        var referrer = await PushManifestAsync("app", subject: image, artifactType: Artifacts.BundleType);
        byte[] index = Artifacts.Index(subject: null, artifactType: null, image);
        (await PutManifestAsync("app", "all", index, MediaTypes.Index)).Dispose();
        Time.Advance(TimeSpan.FromDays(1000));

        var report = await CollectAsync();

        report.FreedBytes.Should().Be(0);
        report.Pinned.Blobs.Should().Be(4);
        foreach (var digest in new[] { image.Digest, referrer.Digest, Digest.Of(index) })
        {
            (await StatusAsync(HttpMethod.Get, $"/v2/app/manifests/{digest}")).Should().Be(200);
        }
    }

    [Fact]
    public async Task Manifests_that_were_not_used_for_their_lifetime_go_with_tags_referrers_and_content()
    {
        var (old, layer) = await PushAsync("ci/build", "v1", "old");
        var referrer = await PushManifestAsync("ci/build", subject: new Descriptor { MediaType = MediaTypes.Manifest, Digest = old, Size = 1 });
        var (pulled, kept) = await PushAsync("ci/build", "v2", "pulled");
        await PushAsync("release", "v1", "elsewhere");
        Time.Advance(TimeSpan.FromHours(71));
        (await StatusAsync(HttpMethod.Head, "/v2/ci/build/manifests/v2")).Should().Be(200);
        Time.Advance(TimeSpan.FromHours(2));

        var dry = await Space.CollectAsync(isDryRun: true, progress: null, None);
        var report = await CollectAsync();

        report.Manifests.Should().Be(2);
        (await StatusAsync(HttpMethod.Get, "/v2/ci/build/manifests/v1")).Should().Be(404);
        (await StatusAsync(HttpMethod.Get, $"/v2/ci/build/manifests/{referrer.Digest}")).Should().Be(404);
        (await IsStoredAsync(layer)).Should().BeFalse();
        (await StatusAsync(HttpMethod.Get, "/v2/ci/build/manifests/v2")).Should().Be(200);
        (await IsStoredAsync(kept)).Should().BeTrue();
        (await StatusAsync(HttpMethod.Get, "/v2/release/manifests/v1")).Should().Be(200);
        (dry with { IsDryRun = false, BegunOn = report.BegunOn, Duration = report.Duration, Segments = report.Segments }).Should().Be(report);
        pulled.Should().NotBe(old);
    }

    [Fact]
    public async Task What_an_index_lists_that_is_in_use_and_what_refers_to_it_outlives_its_lifetime()
    {
        var image = await PushManifestAsync("ci/build");
        var referrer = await PushManifestAsync("ci/build", subject: image);
        (await PutManifestAsync("ci/build", "all", Artifacts.Index(subject: null, artifactType: null, image), MediaTypes.Index)).Dispose();
        Time.Advance(TimeSpan.FromHours(71));
        (await StatusAsync(HttpMethod.Get, "/v2/ci/build/manifests/all")).Should().Be(200);
        Time.Advance(TimeSpan.FromHours(2));

        (await CollectAsync()).Manifests.Should().Be(0);
        (await StatusAsync(HttpMethod.Get, $"/v2/ci/build/manifests/{referrer.Digest}")).Should().Be(200);
    }

    [Fact]
    public async Task Keys_of_a_cache_go_after_its_lifetime_and_their_blobs_where_no_other_key_has_them()
    {
        var alone = await CacheAsync("/cache/short/alone", Bytes("alone"));
        var shared = await CacheAsync("/cache/short/shared", Bytes("shared"));
        await CacheAsync("/cache/long/shared", Bytes("shared"));
        Time.Advance(TimeSpan.FromHours(11));

        var report = await CollectAsync();

        report.Keys.Should().Be(2);
        report.Expired.Should().Be(new CollectionCount(1, 5));
        (await IsStoredAsync(alone)).Should().BeFalse();
        (await StatusAsync(HttpMethod.Get, "/cache/short/shared")).Should().Be(404);
        (await StatusAsync(HttpMethod.Get, "/cache/long/shared")).Should().Be(200);
        (await IsStoredAsync(shared)).Should().BeTrue();
    }

    [Fact]
    public async Task Without_a_bound_caches_and_bare_content_stay()
    {
        var bare = await BareAsync(Bytes("bare"));
        await CacheAsync("/cache/long/key", Bytes("key"));
        Time.Advance(TimeSpan.FromDays(400));

        (await CollectAsync()).Cached.Blobs.Should().Be(2);
        (await IsStoredAsync(bare)).Should().BeTrue();
    }

    [Fact]
    public async Task Content_that_is_written_again_after_a_repository_let_go_of_it_stays()
    {
        var (manifest, layer) = await PushAsync("app", "v1", "layer");
        await StatusAsync(HttpMethod.Delete, $"/v2/app/manifests/{manifest}");
        await StatusAsync(HttpMethod.Delete, $"/v2/app/blobs/{layer}");
        await BareAsync(Bytes("layer"));
        Time.Advance(TimeSpan.FromDays(1));

        await CollectAsync();

        (await IsStoredAsync(layer)).Should().BeTrue();
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_keeps_everything_its_repository_holds()
    {
        var (manifest, layer) = await PushAsync("app", "v1", "layer");
        await Disk.DeleteAsync(manifest, None);
        Time.Advance(TimeSpan.FromDays(1));

        var report = await CollectAsync();

        report.UnreadableManifests.Should().Be(1);
        (await IsStoredAsync(layer)).Should().BeTrue();
    }

    [Fact]
    public async Task Keys_whose_blob_is_gone_are_removed()
    {
        var lost = await CacheAsync("/cache/long/key", Bytes("lost"));
        await Disk.DeleteAsync(lost, None);

        (await CollectAsync()).Keys.Should().Be(1);

        Keys.List("cache/long", after: null, 10).Should().BeEmpty();
    }

    private async Task<(Digest Manifest, Digest Layer)> PushAsync(string repository, string tag, string content, string? annotation = null)
    {
        await PushBlobAsync(repository, Artifacts.EmptyConfig);
        var layer = await PushBlobAsync(repository, Bytes(content));
        byte[] manifest = Artifacts.Manifest(layer, annotation: annotation is null ? null : ("note", annotation));
        using var response = await PutManifestAsync(repository, tag, manifest);
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        return (Digest.Of(manifest), layer.Digest);
    }
}
