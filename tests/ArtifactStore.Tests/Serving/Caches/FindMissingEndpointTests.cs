using System.Net;
using System.Text;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class FindMissingEndpointTests : CacheTest
{
    [Fact]
    public async Task Those_that_are_not_stored_come_back_in_their_order()
    {
        byte[] longer = "pushed by another algorithm"u8.ToArray();
        await PutAsync($"/cas/{ContentDigest.Hex}", Content);
        var pushed = await PushBlobAsync("app", longer, DigestAlgorithm.Sha512);
        string[] missing = [Digest.Of([2]).ToString(), Digest.Of([1]).ToString(), Digest.Of(DigestAlgorithm.Sha512, [1]).ToString()];

        using var response = await AskAsync(JsonSerializer.Serialize<string[]>([missing[0], ContentDigest.ToString(), .. missing[1..], pushed.Digest.ToString()]));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        JsonSerializer.Deserialize<string[]>(await response.Content.ReadAsStringAsync()).Should().Equal(missing);
    }

    [Fact]
    public async Task A_blob_found_corrupt_is_missing()
    {
        await PutAsync($"/cas/{ContentDigest.Hex}", Content);
        Corrupt(Content);
        await StatusAsync(HttpMethod.Get, $"/cas/{ContentDigest.Hex}");

        using var response = await AskAsync($"[\"{ContentDigest}\"]");

        (await response.Content.ReadAsStringAsync()).Should().Be($"[\"{ContentDigest}\"]");
    }

    [Theory]
    [InlineData("", "UNSUPPORTED")]
    [InlineData("{}", "UNSUPPORTED")]
    [InlineData("[[]]", "UNSUPPORTED")]
    [InlineData("[\"sha256:00\"", "UNSUPPORTED")]
    [InlineData("[\"\\ud800\"]", "UNSUPPORTED")]
    [InlineData("[1]", "DIGEST_INVALID")]
    [InlineData("[\"sha256:00\"]", "DIGEST_INVALID")]
    [InlineData("[\"../../format\"]", "DIGEST_INVALID")]
    public async Task What_is_no_list_of_digests_is_refused(string body, string code)
    {
        using var response = await AskAsync(body);

        await ShouldRefuse(response, HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task A_list_that_is_too_long_is_refused()
    {
        string many = $"[{string.Join(',', Enumerable.Repeat($"\"{ContentDigest}\"", 10_001))}]";

        using var count = await AskAsync(many);
        using var size = await AskAsync($"[{new string(' ', 2 * 1024 * 1024)}]");

        await ShouldRefuse(count, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
        await ShouldRefuse(size, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
    }

    private Task<HttpResponseMessage> AskAsync(string body) =>
        SendAsync(HttpMethod.Post, "/cas/find-missing", Body(Encoding.UTF8.GetBytes(body), "application/json"));
}
