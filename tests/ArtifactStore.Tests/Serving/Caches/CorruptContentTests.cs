using System.Net;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

/// <summary>A client that looks before it pushes must learn that what is there is of no use, or nothing ever heals.</summary>
public sealed class CorruptContentTests : CacheTest
{
    [Theory]
    [InlineData("/cas/HEX")]
    [InlineData("/v2/app/blobs/sha256:HEX")]
    [InlineData("/v2/app/manifests/sha256:HEX")]
    [InlineData("/v2/app/manifests/latest")]
    [InlineData("/cache/space/key")]
    [InlineData("/ac/HEX")]
    public async Task What_was_found_corrupt_is_absent_to_HEAD_until_it_is_pushed_again(string path)
    {
        await PushBlobAsync("app", Artifacts.EmptyConfig);
        byte[] content = path.Contains("manifests", StringComparison.Ordinal) ? Artifacts.Manifest() : Content;
        path = path.Replace("HEX", Digest.Of(content).Hex, StringComparison.Ordinal);
        await StoreAsync(path, content);
        (await StatusAsync(HttpMethod.Head, path)).Should().Be(HttpStatusCode.OK);
        Corrupt(content);

        (await StatusAsync(HttpMethod.Get, path)).Should().BeOneOf(HttpStatusCode.NotFound, HttpStatusCode.InternalServerError);
        (await StatusAsync(HttpMethod.Head, path)).Should().Be(HttpStatusCode.NotFound);

        await StoreAsync(path, content);
        (await StatusAsync(HttpMethod.Head, path)).Should().Be(HttpStatusCode.OK);
        using var healed = await SendAsync(HttpMethod.Get, path);
        (await healed.Content.ReadAsByteArrayAsync()).Should().Equal(content);
    }

    private async Task StoreAsync(string path, byte[] content)
    {
        if (path.Contains("blobs", StringComparison.Ordinal))
        {
            await PushBlobAsync("app", content);
        }
        else if (path.Contains("manifests", StringComparison.Ordinal))
        {
            using var response = await PutManifestAsync("app", path[(path.LastIndexOf('/') + 1)..], content);
            response.StatusCode.Should().Be(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        }
        else
        {
            await PutAsync(path, content);
        }
    }
}
