using System.Net;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Space;

public sealed class EvictionTests : SpaceTest
{
    private protected override SpaceOptions Options => new() { MaximumBytes = 100_000, HighWater = 0.9, LowWater = 0.5 };

    [Fact]
    public async Task What_was_used_least_recently_goes_first_with_its_keys_until_the_low_water()
    {
        List<Digest> digests = [];
        for (int i = 0; i < 9; i++)
        {
            digests.Add(await CacheAsync($"/cache/x/{i}", Bytes($"{i}", 9_999)));
            Time.Advance(TimeSpan.FromMinutes(2));
        }

        await CacheAsync("/cache/other/0", Bytes("0", 9_999));
        Time.Advance(TimeSpan.FromHours(2));
        var fresh = await BareAsync(Bytes("fresh", 5_000));

        var report = await CollectAsync();

        report.Evicted.Blobs.Should().Be(5);
        (await IsStoredAsync(digests[0])).Should().BeTrue("it was written again, as the last of all");
        (await Task.WhenAll(digests.Skip(1).Take(5).Select(IsStoredAsync))).Should().AllBeEquivalentTo(false);
        (await Task.WhenAll(digests.Skip(6).Select(IsStoredAsync))).Should().AllBeEquivalentTo(true);
        Keys.List("cache/x", after: null, 10).Should().Equal("0", "6", "7", "8");
        (await IsStoredAsync(fresh)).Should().BeTrue();
        Space.Figures.Bytes.Should().BeLessThanOrEqualTo(50_000);
    }

    [Fact]
    public async Task A_write_above_the_high_water_makes_room_by_itself()
    {
        for (int i = 0; i < 10; i++)
        {
            await CacheAsync($"/cache/x/{i}", Bytes($"{i}", 9_999));
        }

        Time.Advance(TimeSpan.FromHours(2));

        await BareAsync(Bytes("new", 1000));

        Space.Figures.Bytes.Should().BeLessThanOrEqualTo(51_003);
        Space.Figures.Removed[CollectionReason.Evicted].Blobs.Should().Be(5);
        Space.Figures.Refusals.Should().Be(0);
    }

    [Fact]
    public async Task A_store_that_is_full_of_what_must_not_go_refuses_writes_with_507_and_loses_nothing()
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        var layer = await PushBlobAsync("app", Bytes("layer", 100_000));
        using (var pushed = await PutManifestAsync("app", "v1", Artifacts.Manifest(layer)))
        {
            pushed.StatusCode.Should().Be(HttpStatusCode.InsufficientStorage, "the bound holds for manifests too");
        }

        byte[] content = Bytes("more");
        using var put = await SendAsync(HttpMethod.Put, $"/cas/{Digest.Of(content).Hex}", Body(content));
        using var begin = await SendAsync(HttpMethod.Post, "/v2/app/blobs/uploads/");
        using var again = await SendAsync(HttpMethod.Put, $"/cas/{layer.Digest.Hex}", Body(Bytes("layer", 100_000)));

        await ShouldRefuse(put, HttpStatusCode.InsufficientStorage, "INSUFFICIENT_STORAGE");
        await ShouldRefuse(begin, HttpStatusCode.InsufficientStorage, "INSUFFICIENT_STORAGE");
        again.StatusCode.Should().Be(HttpStatusCode.OK, "what is here takes no room");
        (await StatusAsync(HttpMethod.Get, $"/v2/app/blobs/{layer.Digest}")).Should().Be(200);
        Space.Figures.Refusals.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Once_there_is_room_again_writes_are_taken()
    {
        var layer = await PushBlobAsync("app", Bytes("layer", 100_000));
        byte[] content = Bytes("more");
        (await StatusAsync(HttpMethod.Post, "/v2/app/blobs/uploads/")).Should().Be(507);
        Time.Advance(TimeSpan.FromHours(2));

        await BareAsync(content);

        (await IsStoredAsync(layer.Digest)).Should().BeFalse("the push was given up");
    }
}
