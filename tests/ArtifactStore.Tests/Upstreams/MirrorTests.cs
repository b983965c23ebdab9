using System.Net;
using System.Security.Cryptography;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Tests.Registries;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Upstreams;

public sealed class MirrorTests : MirrorTest
{
    [Fact]
    public async Task What_is_not_here_is_brought_once_and_served_from_here_then()
    {
        byte[] content = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        var blob = Upstream.AddBlob(content);
        var image = Upstream.AddManifest("v1");

        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);
        (await DigestAsync($"blobs/{blob}")).Should().Be(blob);
        Upstream.Fail(500);

        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);
        (await DigestAsync($"manifests/{image.Digest}")).Should().Be(image.Digest);
        (await DigestAsync($"blobs/{blob}")).Should().Be(blob);
        (await StatusAsync("tags/list")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_blob_cause_one_request()
    {
        var blob = Upstream.AddBlob(RandomNumberGenerator.GetBytes(1024 * 1024));
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        Upstream.Disturb = async _ =>
        {
            asked.TrySetResult();
            await go.Task;
            return false;
        };

        var answers = Enumerable.Range(0, 10).Select(_ => DigestAsync($"blobs/{blob}")).ToList();
        await asked.Task;
        for (int attempt = 0; attempt < 500 && Registry.Requests.Count < 10; attempt++)
        {
            await Task.Delay(10);
        }

        go.SetResult();

        (await Task.WhenAll(answers)).Should().AllBeEquivalentTo(blob);
        Upstream.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_client_that_leaves_does_not_take_the_blob_away_from_others()
    {
        var blob = Upstream.AddBlob(RandomNumberGenerator.GetBytes(100_000));
        var go = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        Upstream.Disturb = async _ =>
        {
            asked.TrySetResult();
            await go.Task;
            return false;
        };
        using var leave = new CancellationTokenSource();
        var leaving = Http.GetAsync($"/v2/mirror/app/blobs/{blob}", leave.Token);
        await asked.Task;

        await leave.CancelAsync();
        await FluentActions.Awaiting(() => leaving).Should().ThrowAsync<OperationCanceledException>();
        var staying = DigestAsync($"blobs/{blob}");
        go.SetResult();

        (await staying).Should().Be(blob);
        Upstream.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_tag_is_looked_up_again_when_its_time_is_over()
    {
        var first = Upstream.AddManifest("v1", note: "first");
        (await DigestAsync("manifests/v1")).Should().Be(first.Digest);
        var second = Upstream.AddManifest("v1", note: "second");

        (await DigestAsync("manifests/v1")).Should().Be(first.Digest);
        Time.Advance(TimeSpan.FromMinutes(11));
        (await DigestAsync("manifests/v1")).Should().Be(second.Digest);
        (await DigestAsync($"manifests/{first.Digest}")).Should().Be(first.Digest, "what a tag named before stays");
    }

    [Fact]
    public async Task A_tag_is_served_as_it_was_while_the_upstream_is_away()
    {
        var image = Upstream.AddManifest("v1");
        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);
        Time.Advance(TimeSpan.FromMinutes(11));
        Upstream.Fail(503);

        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);
        int asked = Upstream.Requests.Count;
        (await DigestAsync("manifests/v1")).Should().Be(image.Digest);

        Upstream.Requests.Should().HaveCount(asked, "an upstream that is away is left alone for a while");
    }

    [Fact]
    public async Task A_tag_that_the_upstream_has_removed_is_gone_here_too()
    {
        Upstream.AddManifest("v1");
        (await StatusAsync("manifests/v1")).Should().Be(HttpStatusCode.OK);
        Upstream.Remove("manifests/v1");
        Time.Advance(TimeSpan.FromMinutes(11));

        (await StatusAsync("manifests/v1")).Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("manifests/v1")]
    [InlineData("manifests/sha256:0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("blobs/sha256:0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("referrers/sha256:0000000000000000000000000000000000000000000000000000000000000001")]
    public async Task An_upstream_that_is_away_is_not_taken_for_absence(string path)
    {
        Upstream.Fail(500);

        using var response = await GetAsync(path);

        await ShouldRefuse(response, HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Header(response, "Retry-After").Should().NotBeNullOrEmpty();
        (await response.Content.ReadAsStringAsync()).Should().NotContain(Upstream.Address);
    }

    [Fact]
    public async Task What_the_upstream_does_not_have_is_not_found()
    {
        (await StatusAsync("manifests/v1")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync($"manifests/{Artifacts.Missing}")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync($"blobs/{Artifacts.Missing}")).Should().Be(HttpStatusCode.NotFound);
        (await ReferrersAsync(Artifacts.Missing)).Should().BeEmpty();
    }

    [Fact]
    public async Task Referrers_of_the_upstream_are_listed_and_stay_listed()
    {
        var image = Upstream.AddManifest("v1");
        var signature = Upstream.AddManifest(subject: image, note: "signature");
        Upstream.SetReferrers(image.Digest, signature);

        (await ReferrersAsync(image.Digest)).Should().Equal(signature.Digest.ToString());
        (await DigestAsync($"manifests/{signature.Digest}")).Should().Be(signature.Digest);

        var report = Upstream.AddManifest(subject: image, note: "report");
        Upstream.SetReferrers(image.Digest, report);
        Time.Advance(TimeSpan.FromMinutes(11));
        (await ReferrersAsync(image.Digest)).Should().BeEquivalentTo(signature.Digest.ToString(), report.Digest.ToString());

        Upstream.Fail(500);
        Time.Advance(TimeSpan.FromMinutes(11));
        (await ReferrersAsync(image.Digest)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Pushes_into_a_mirror_are_refused()
    {
        await ShouldRefuse(await SendAsync(HttpMethod.Post, "/v2/mirror/app/blobs/uploads/"), HttpStatusCode.Forbidden, "DENIED");
        await ShouldRefuse(
            await PutManifestAsync("mirror/app", "v1", Artifacts.Manifest()), HttpStatusCode.Forbidden, "DENIED");
        await ShouldRefuse(
            await SendAsync(HttpMethod.Post, $"/v2/mirror/app/blobs/uploads/?mount={Artifacts.Missing}"), HttpStatusCode.Forbidden, "DENIED");
    }

    [Fact]
    public async Task Other_repositories_have_nothing_to_do_with_it()
    {
        await PushManifestAsync("app", "v1");
        (await SendAsync(HttpMethod.Get, "/v2/app/manifests/v2")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Get, "/v2/mirror/manifests/v2")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        Upstream.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task What_another_repository_here_holds_is_not_given_away_by_a_mirror()
    {
        var secret = await PushBlobAsync("private", "known by its digest only"u8.ToArray());

        (await StatusAsync($"blobs/{secret.Digest}")).Should().Be(HttpStatusCode.NotFound);
        (await DigestAsync($"blobs/{Upstream.AddBlob("known by its digest only"u8.ToArray())}")).Should().Be(secret.Digest);
    }

    [Fact]
    public async Task What_is_corrupt_here_is_brought_anew()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        var blob = Upstream.AddBlob(content);
        (await DigestAsync($"blobs/{blob}")).Should().Be(blob);
        StoredBytes.Corrupt(Registry.Folder, content);

        (await StatusAsync($"blobs/{blob}")).Should().Be(HttpStatusCode.InternalServerError);
        (await DigestAsync($"blobs/{blob}")).Should().Be(blob);
    }

    [Fact]
    public async Task A_scrub_brings_anew_what_is_corrupt_as_far_as_the_upstream_has_it()
    {
        byte[][] contents = [RandomNumberGenerator.GetBytes(1000), RandomNumberGenerator.GetBytes(200_000), RandomNumberGenerator.GetBytes(300)];
        var kept = new List<Digest>();
        foreach (byte[] content in contents)
        {
            kept.Add(Upstream.AddBlob(content));
            (await DigestAsync($"blobs/{kept[^1]}")).Should().Be(kept[^1]);
            StoredBytes.Corrupt(Registry.Folder, content);
        }

        Upstream.Remove($"blobs/{kept[2]}");
        var services = Registry.Services;
        var options = new ScrubOptions { BytesPerSecond = long.MaxValue, Heal = services.GetRequiredService<IBlobHealing>().HealAsync };

        var report = await services.GetRequiredService<IBlobScrubber>().ScrubAsync(options, progress: null, CancellationToken.None);

        report.Corrupted.Should().BeEquivalentTo([new CorruptBlob(kept[0], true), new CorruptBlob(kept[1], true), new CorruptBlob(kept[2], false)]);
        Upstream.Fail(500);
        (await DigestAsync($"blobs/{kept[0]}")).Should().Be(kept[0]);
        (await DigestAsync($"blobs/{kept[1]}")).Should().Be(kept[1]);
        (await StatusAsync($"blobs/{kept[2]}")).Should().Be(HttpStatusCode.ServiceUnavailable);
    }
}
