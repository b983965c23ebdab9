using System.Net;
using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Serving;
using Provenance.Testing.Registries;
using static Provenance.ArtifactStore.Tests.Serving.Caches.ActionMessages;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class ActionCacheEndpointsTests : CacheTest
{
    private static readonly string Action = $"/ac/{new string('a', 64)}";
    private static readonly byte[] Output = "output"u8.ToArray();
    private static readonly byte[] Deep = "deeper output"u8.ToArray();
    private static readonly byte[] StandardError = "warning"u8.ToArray();
    private static readonly byte[] TreeMessage = Tree(Output, Deep);
    private static readonly byte[] Result =
    [
        .. OutputFile("bin/app", Output), .. OutputDirectory("tree", TreeMessage), .. Integer(4, 0), .. Bytes(5, "inline"u8.ToArray()),
        .. DigestOf(6, []), .. DigestOf(8, StandardError), .. Bytes(9, Text(1, "worker")), .. Integer(77, 5),
    ];

    [Theory]
    [InlineData("/ac/")]
    [InlineData("/instance/ac/")]
    public async Task Whatever_a_client_keeps_for_an_action_is_served_as_it_was(string prefix)
    {
        string path = prefix + new string('b', 64);
        (await StatusAsync(HttpMethod.Get, path)).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(HttpMethod.Head, path)).Should().Be(HttpStatusCode.NotFound);

        await PutAsync(path, Content);
        using var get = await SendAsync(HttpMethod.Get, path);

        get.StatusCode.Should().Be(HttpStatusCode.OK);
        (await get.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
        Header(get, "ETag").Should().Be($"\"{ContentDigest}\"");
        (await StatusAsync(HttpMethod.Head, path)).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(HttpMethod.Delete, path)).Should().Be(HttpStatusCode.NoContent);
        (await StatusAsync(HttpMethod.Get, path)).Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/ac/abc")]
    [InlineData("/ac/E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("/instance/ac/..%2F..%2Fformat")]
    public async Task A_name_that_is_no_hash_is_refused(string path)
    {
        using var response = await SendAsync(HttpMethod.Put, path, Body(Content));

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Bazels_blobs_are_the_same_under_every_instance()
    {
        await PutAsync($"/instance/cas/{ContentDigest.Hex}", Content);

        (await Http.GetByteArrayAsync($"/cas/{ContentDigest.Hex}")).Should().Equal(Content);
        (await Http.GetByteArrayAsync($"/other/cas/{ContentDigest.Hex}")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_corrupt_result_and_a_corrupt_blob_are_misses_that_heal()
    {
        await PutAsync(Action, Content);
        Corrupt(Content);

        (await StatusAsync(HttpMethod.Get, $"/cas/{ContentDigest.Hex}")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(HttpMethod.Get, Action)).Should().Be(HttpStatusCode.NotFound);
        await PutAsync($"/cas/{ContentDigest.Hex}", Content);
        await PutAsync(Action, Content);
        (await Http.GetByteArrayAsync(Action)).Should().Equal(Content);
    }

    [Fact]
    public async Task Only_complete_results_are_served_where_that_is_asked_for()
    {
        await using var strict = await StartStrictAsync();
        foreach (byte[] blob in new[] { Output, Deep, StandardError, TreeMessage })
        {
            await PutAsync(At(strict, $"/cas/{Digest.Of(blob).Hex}"), blob);
        }

        await PutAsync(At(strict, Action), Result);
        (await Http.GetByteArrayAsync(At(strict, Action))).Should().Equal(Result);
        (await StatusAsync(HttpMethod.Head, At(strict, Action))).Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("output")]
    [InlineData("deep")]
    [InlineData("stderr")]
    [InlineData("tree")]
    public async Task A_result_that_misses_a_blob_is_a_miss_until_the_blob_comes(string missing)
    {
        await using var strict = await StartStrictAsync();
        var blobs = new Dictionary<string, byte[]> { ["output"] = Output, ["deep"] = Deep, ["stderr"] = StandardError, ["tree"] = TreeMessage };
        foreach (var (_, blob) in blobs.Where(entry => entry.Key != missing))
        {
            await PutAsync(At(strict, $"/cas/{Digest.Of(blob).Hex}"), blob);
        }

        await PutAsync(At(strict, Action), Result);
        (await StatusAsync(HttpMethod.Get, At(strict, Action))).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(HttpMethod.Head, At(strict, Action))).Should().Be(HttpStatusCode.NotFound);

        await PutAsync(At(strict, $"/cas/{Digest.Of(blobs[missing]).Hex}"), blobs[missing]);
        (await StatusAsync(HttpMethod.Get, At(strict, Action))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_result_that_names_another_size_or_a_tree_that_is_none_is_a_miss()
    {
        await using var strict = await StartStrictAsync();
        await PutAsync(At(strict, $"/cas/{Digest.Of(Output).Hex}"), Output);

        foreach (byte[] result in new[]
        {
            Bytes(2, Text(1, "app"), DigestOf(2, Digest.Of(Output).Hex, Output.Length + 1)),
            Bytes(2, Text(1, "app"), DigestOf(2, Digest.Of(Output).Hex, 0)),
            OutputDirectory("tree", Output),
        })
        {
            using var put = await SendAsync(HttpMethod.Put, At(strict, Action), Body(result));
            put.IsSuccessStatusCode.Should().BeTrue();
            (await StatusAsync(HttpMethod.Get, At(strict, Action))).Should().Be(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task What_is_no_action_result_is_refused_where_only_complete_ones_are_served()
    {
        await using var strict = await StartStrictAsync();

        using var response = await SendAsync(HttpMethod.Put, At(strict, Action), Body(Encoding.UTF8.GetBytes("ccache keeps its own")));
        using var large = await SendAsync(HttpMethod.Put, At(strict, Action), Body(new byte[16 * 1024 * 1024 + 1]));

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "UNSUPPORTED");
        await ShouldRefuse(large, HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
    }

    private static Task<LoopbackRegistry> StartStrictAsync() =>
        StartAsync(static folder => new ArtifactStoreOptions { Folder = folder, CompleteActionResultsOnly = true });

    private static string At(LoopbackRegistry registry, string path) => new Uri(registry.Uri, path).ToString();
}
