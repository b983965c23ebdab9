using System.Net;
using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Space;

/// <summary>Random pushes, deletions, cache writes and collections, side by side, against what must then be there.</summary>
public sealed class SpaceModelTests : SpaceTest
{
    private const int Workers = 4;
    private const int Steps = 60;
    private const int Contents = 6;

    private int taken;

    private protected override SpaceOptions Options => new() { GracePeriod = TimeSpan.FromMinutes(1), MaximumBytes = 250_000, HighWater = 1, LowWater = 0.000004 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_manifests_need_is_there_whatever_runs_beside_and_no_key_outlives_its_blob(int seed)
    {
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(() => CollectUntilAsync(stop.Token));
        Dictionary<Digest, byte[]>[] present;
        try
        {
            present = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(worker, new Random((seed * 100) + worker))));
        }
        finally
        {
            await stop.CancelAsync();
            (await collecting).Should().BeGreaterThan(0);
        }

        for (int worker = 0; worker < Workers; worker++)
        {
            await ShouldHoldAsync($"repository{worker}", present[worker]);
        }

        Time.Advance(TimeSpan.FromHours(1));
        await CollectAsync();
        for (int worker = 0; worker < Workers; worker++)
        {
            await ShouldHoldAsync($"repository{worker}", present[worker]);
        }

        foreach (string key in Keys.List("cache/x", after: null, 100))
        {
            Keys.TryFind("cache/x", key, out var value).Should().BeTrue();
            (await IsStoredAsync(Digest.Parse(Encoding.UTF8.GetString(value.Span)))).Should().BeTrue("no key outlives its blob");
        }

        Space.Figures.Removed.Values.Sum(static count => count.Blobs).Should().BeGreaterThan(0, "collections must have had something to do");
    }

    private static byte[] Content(int number) => Bytes($"content {number}", number % 2 is 0 ? 10 : 100_000);

    private async Task<int> CollectUntilAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        int seen = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            // Only when a client has moved on: a clock of its own would run for days while a busy machine keeps a client waiting, and the
            // upload that it has begun would be over (24 hours) before its content comes. All steps together take 12 hours.
            if (Volatile.Read(ref taken) is var now && now != seen)
            {
                Time.Advance(TimeSpan.FromMinutes(3));
                seen = now;
            }

            await CollectAsync();
            count++;
        }

        return count;
    }

    /// <summary>One client after the other in a repository of its own; all of them use the same few contents.</summary>
    private async Task<Dictionary<Digest, byte[]>> WorkAsync(int worker, Random random)
    {
        string repository = $"repository{worker}";
        Dictionary<Digest, byte[]> images = [];
        for (int step = 0; step < Steps; step++)
        {
            Interlocked.Increment(ref taken);
            byte[] content = Content(random.Next(Contents));
            var digest = Digest.Of(content);
            switch (random.Next(8))
            {
                case < 4:
                    byte[] manifest = Artifacts.Manifest(new Descriptor { MediaType = MediaTypes.OctetStream, Digest = digest, Size = content.Length });
                    if (await PushAsync(repository, content, manifest, random))
                    {
                        images[digest] = manifest;
                    }

                    break;
                case < 6:
                    if (images.Remove(digest, out byte[]? deleted))
                    {
                        (await StatusAsync(HttpMethod.Delete, $"/v2/{repository}/manifests/{Digest.Of(deleted)}")).Should().Be(202);
                    }

                    break;
                case 6:
                    await Send507Async(HttpMethod.Put, $"/cache/x/{random.Next(20)}", content);
                    break;
                default:
                    await Send507Async(HttpMethod.Put, $"/cas/{digest.Hex}", content);
                    break;
            }
        }

        return images;
    }

    /// <summary>A push as clients do it: what is there is not sent. False where a step was refused, as clients start over then.</summary>
    private async Task<bool> PushAsync(string repository, byte[] content, byte[] manifest, Random random)
    {
        foreach (byte[] blob in new[] { Artifacts.EmptyConfig, content })
        {
            var digest = Digest.Of(blob);
            string question = random.Next(2) is 0 ? $"/v2/{repository}/blobs/uploads/?mount={digest}&from=repository{random.Next(Workers)}" : "";
            using var mounted = question.Length > 0 ? await SendAsync(HttpMethod.Post, question) : null;
            if (mounted?.StatusCode is not HttpStatusCode.Created && await StatusAsync(HttpMethod.Head, $"/v2/{repository}/blobs/{digest}") is not 200)
            {
                using var begun = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/");
                if (begun.StatusCode is HttpStatusCode.InsufficientStorage)
                {
                    return false;
                }

                using var sent = await SendAsync(HttpMethod.Put, $"{Header(begun, "Location")}?digest={digest}", Body(blob));
                if (sent.StatusCode is HttpStatusCode.InsufficientStorage)
                {
                    return false;
                }

                sent.StatusCode.Should().Be(HttpStatusCode.Created, await sent.Content.ReadAsStringAsync());
            }
        }

        using var pushed = await PutManifestAsync(repository, "latest", manifest);

        // The clock runs so fast that a lease can end before the manifest comes. Then the push is refused: that, or complete.
        pushed.StatusCode.Should().BeOneOf(HttpStatusCode.Created, HttpStatusCode.BadRequest, HttpStatusCode.InsufficientStorage);
        return pushed.StatusCode is HttpStatusCode.Created;
    }

    private async Task Send507Async(HttpMethod method, string path, byte[] content)
    {
        using var response = await SendAsync(method, path, Body(content));
        response.StatusCode.Should().BeOneOf(HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.InsufficientStorage);
    }

    private async Task ShouldHoldAsync(string repository, Dictionary<Digest, byte[]> images)
    {
        foreach (var (layer, manifest) in images)
        {
            (await StatusAsync(HttpMethod.Get, $"/v2/{repository}/manifests/{Digest.Of(manifest)}")).Should().Be(200);
            (await StatusAsync(HttpMethod.Get, $"/v2/{repository}/blobs/{layer}")).Should().Be(200);
            (await StatusAsync(HttpMethod.Get, $"/v2/{repository}/blobs/{Descriptor.Empty.Digest}")).Should().Be(200);
        }
    }
}
