using System.Net;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Space;

/// <summary>What clients rely on while a collection runs.</summary>
public sealed class PushRaceTests : SpaceTest
{
    [Fact]
    public async Task A_client_that_was_told_a_blob_is_here_can_push_a_manifest_with_it_after_a_collection()
    {
        var layer = await AbandonedAsync("app");

        (await StatusAsync(HttpMethod.Head, $"/v2/app/blobs/{layer.Digest}")).Should().Be(200);
        Time.Advance(TimeSpan.FromMinutes(59));
        var report = await CollectAsync();
        await PushImageAsync("app", layer, HttpStatusCode.Created);

        report.Unreferenced.Blobs.Should().Be(0);
        Time.Advance(TimeSpan.FromDays(1));
        await CollectAsync();
        (await IsStoredAsync(layer.Digest)).Should().BeTrue();
    }

    [Fact]
    public async Task Without_anybody_asking_for_it_the_same_blob_goes_with_its_link()
    {
        var layer = await AbandonedAsync("app");

        var report = await CollectAsync();

        report.Unreferenced.Blobs.Should().Be(1);
        report.Links.Should().Be(1);
        (await StatusAsync(HttpMethod.Head, $"/v2/app/blobs/{layer.Digest}")).Should().Be(404);
        await PushImageAsync("app", layer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_question_during_the_sweep_of_a_blob_is_answered_after_it()
    {
        var layer = await AbandonedAsync("app");
        Leases.TryClaim(layer.Digest, uint.MaxValue).Should().BeTrue();

        var question = StatusAsync(HttpMethod.Head, $"/v2/app/blobs/{layer.Digest}");
        var write = Blobs.WriteAsync(layer.Digest, new MemoryStream(Bytes("layer")), 100, None);
        await Disk.DeleteAsync(layer.Digest, None);
        write.IsCompleted.Should().BeFalse("what is about to go must not pass for stored");
        Leases.EndClaim(layer.Digest);

        (await write).Should().BeTrue("the write must store it anew");
        (await question.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeOneOf(200, 404);
        (await IsStoredAsync(layer.Digest)).Should().BeTrue();
    }

    [Theory]
    [InlineData("mount")]
    [InlineData("upload")]
    [InlineData("findMissing")]
    public async Task Whatever_makes_a_client_skip_the_upload_renews_the_lease(string way)
    {
        var layer = await AbandonedAsync("app");

        using var response = way switch
        {
            "mount" => await SendAsync(HttpMethod.Post, $"/v2/other/blobs/uploads/?mount={layer.Digest}&from=app"),
            "upload" => await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync("app")}?digest={layer.Digest}", Body(Bytes("layer"))),
            _ => await SendAsync(HttpMethod.Post, "/cas/find-missing", Body(Bytes($"[\"{layer.Digest}\"]"))),
        };
        response.IsSuccessStatusCode.Should().BeTrue();
        await CollectAsync();

        (await IsStoredAsync(layer.Digest)).Should().BeTrue();
        await PushImageAsync("app", layer, HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_held_blob_is_not_swept_however_long_ago_it_was_used()
    {
        var layer = await AbandonedAsync("app");
        using (await Leases.HoldAsync(layer.Digest, None))
        {
            Time.Advance(TimeSpan.FromDays(2));

            (await CollectAsync()).Unreferenced.Blobs.Should().Be(0);
        }

        // The end of the hold was a use.
        (await CollectAsync()).Unreferenced.Blobs.Should().Be(0);
        Time.Advance(TimeSpan.FromMinutes(62));
        (await CollectAsync()).Unreferenced.Blobs.Should().Be(1);
    }

    [Fact]
    public async Task A_hold_that_is_given_up_while_a_sweep_runs_leaves_nothing_held()
    {
        var layer = await AbandonedAsync("app");
        Leases.TryClaim(layer.Digest, uint.MaxValue).Should().BeTrue();
        using var cancelled = new CancellationTokenSource();
        var waiting = Leases.HoldAsync(layer.Digest, cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await waiting.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        Leases.EndClaim(layer.Digest);
        Leases.TryClaim(layer.Digest, uint.MaxValue).Should().BeTrue();
    }

    /// <summary>A blob of a push that was never finished, old enough to be collected.</summary>
    private async Task<Descriptor> AbandonedAsync(string repository)
    {
        var layer = await PushBlobAsync(repository, Bytes("layer"));
        Time.Advance(TimeSpan.FromMinutes(62));
        return layer;
    }

    private async Task PushImageAsync(string repository, Descriptor layer, HttpStatusCode expected)
    {
        await PushBlobAsync(repository, Artifacts.EmptyConfig);
        using var response = await PutManifestAsync(repository, "v1", Artifacts.Manifest(layer));
        response.StatusCode.Should().Be(expected);
    }
}
