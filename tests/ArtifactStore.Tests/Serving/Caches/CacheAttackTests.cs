using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class CacheAttackTests : CacheTest
{
    [Theory]
    [InlineData("/cache/mine/../yours/key")]
    [InlineData("/cache/mine/%2e%2e/yours/key")]
    [InlineData("/cache/mine/%2E./yours/key")]
    [InlineData("/cache/mine/./key")]
    [InlineData("/cache/mine/..%2fyours/key")]
    [InlineData("/cache/mine/..%2Fyours%2Fkey")]
    [InlineData("/cache/mine/%252e%252e/yours/key")]
    [InlineData("/cache/mine%2f..%2fyours/key")]
    [InlineData("/cache/mine/a%5cb")]
    [InlineData("/cache/mine/a%00b")]
    [InlineData("/cache/mine/a%0d%0ab")]
    [InlineData("/cache/mine/%c3%a9")]
    [InlineData("/cache/mine/a%25b")]
    [InlineData("/cache/..%2f/key")]
    [InlineData("/cache//key")]
    [InlineData("/cache/.hidden/key")]
    [InlineData("/cache/")]
    public async Task A_path_that_others_could_read_otherwise_is_refused(string path)
    {
        string answer = await SendRawAsync(Registry.Uri, $"PUT {path} HTTP/1.1\nContent-Length: 3", "abc"u8.ToArray());

        answer.Should().Be("HTTP/1.1 400 Bad Request");
        Keys.ListTables("").Should().BeEmpty();
    }

    [Fact]
    public async Task A_path_that_leaves_the_cache_by_dots_does_not_reach_the_action_cache()
    {
        string hex = ContentDigest.Hex;

        string answer = await SendRawAsync(Registry.Uri, $"PUT /cache/mine/../../ac/{hex} HTTP/1.1\nContent-Length: 3", "abc"u8.ToArray());

        answer.Should().Be("HTTP/1.1 400 Bad Request");
        Keys.ListTables("").Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        string longest = string.Join('/', Enumerable.Repeat(new string('a', 255), 3));

        (await StatusAsync(HttpMethod.Get, $"/cache/mine/{longest}")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(HttpMethod.Get, $"/cache/mine/{new string('a', 256)}")).Should().Be(HttpStatusCode.BadRequest);
        (await StatusAsync(HttpMethod.Get, $"/cache/mine/{longest}/{longest}")).Should().Be(HttpStatusCode.BadRequest);
        (await StatusAsync(HttpMethod.Get, $"/cache/{new string('a', 65)}/key")).Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Namespaces_and_instances_know_nothing_of_each_others_keys()
    {
        string key = ContentDigest.Hex;
        await PutAsync($"/cache/one/{key}", [1]);
        await PutAsync($"/ac/{key}", [2]);
        await PutAsync($"/one/ac/{key}", [3]);
        await PutAsync($"/cache/ac/{key}", [4], HttpStatusCode.BadRequest);

        (await Http.GetByteArrayAsync($"/cache/one/{key}")).Should().Equal(1);
        (await Http.GetByteArrayAsync($"/ac/{key}")).Should().Equal(2);
        (await Http.GetByteArrayAsync($"/one/ac/{key}")).Should().Equal(3);
        foreach (string other in new[] { $"/cache/two/{key}", $"/two/ac/{key}", $"/cache/one/one/{key}", $"/cache/ONE/{key}", $"/cas/{key}" })
        {
            (await StatusAsync(HttpMethod.Get, other)).Should().Be(HttpStatusCode.NotFound, other);
        }
    }

    [Fact]
    public async Task Content_put_under_a_foreign_digest_poisons_nothing()
    {
        byte[] poison = "something else"u8.ToArray();
        await PutAsync($"/cas/{ContentDigest.Hex}", poison, HttpStatusCode.BadRequest);
        (await StatusAsync(HttpMethod.Get, $"/cas/{ContentDigest.Hex}")).Should().Be(HttpStatusCode.NotFound);

        await PutAsync($"/cas/{ContentDigest.Hex}", Content);
        await PutAsync($"/other/cas/{ContentDigest.Hex}", poison, HttpStatusCode.BadRequest);

        (await Http.GetByteArrayAsync($"/cas/{ContentDigest.Hex}")).Should().Equal(Content);
        (await StatusAsync(HttpMethod.Head, $"/cas/{Digest.Of(poison).Hex}")).Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_action_whose_hash_is_the_digest_of_a_blob_does_not_replace_the_blob()
    {
        await PutAsync($"/cas/{ContentDigest.Hex}", Content);
        await PutAsync($"/ac/{ContentDigest.Hex}", [1, 2, 3]);

        (await Http.GetByteArrayAsync($"/cas/{ContentDigest.Hex}")).Should().Equal(Content);
        (await Http.GetByteArrayAsync($"/ac/{ContentDigest.Hex}")).Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData("/cache/team/key", 10)]
    [InlineData("/cache/team/key", 2_000_000)]
    [InlineData("/ac/0000000000000000000000000000000000000000000000000000000000000000", 10)]
    [InlineData("/cas/0000000000000000000000000000000000000000000000000000000000000000", 10)]
    [InlineData("/cas/0000000000000000000000000000000000000000000000000000000000000000", 2_000_000)]
    public async Task A_put_that_breaks_off_leaves_nothing(string path, int sent)
    {
        await SendRawAsync(Registry.Uri, $"PUT {path} HTTP/1.1\nContent-Length: {sent + 1}", new byte[sent], hangUp: true);

        (await StatusAsync(HttpMethod.Get, path)).Should().Be(HttpStatusCode.NotFound);
        Keys.ListTables("").Should().BeEmpty();
        for (int attempt = 0; attempt < 200 && StagedFiles() > 0; attempt++)
        {
            await Task.Delay(25);
        }

        StagedFiles().Should().Be(0);
        (await Blobs.FindSizeAsync(Digest.Of(new byte[sent]), CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task A_put_that_breaks_off_leaves_the_key_as_it_was()
    {
        await PutAsync("/cache/team/key", Content);

        await SendRawAsync(Registry.Uri, "PUT /cache/team/key HTTP/1.1\nContent-Length: 100", new byte[99], hangUp: true);

        (await Http.GetByteArrayAsync("/cache/team/key")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_listing_asks_nothing_of_what_an_xml_body_names()
    {
        const string Bomb = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>""";
        using var response = await SendAsync(PropFind, "/cache/team/", Body(System.Text.Encoding.UTF8.GetBytes(Bomb), "application/xml"), ("Depth", "0"));

        response.StatusCode.Should().Be(HttpStatusCode.MultiStatus);
        (await response.Content.ReadAsStringAsync()).Should().NotContain("root");
    }
}
