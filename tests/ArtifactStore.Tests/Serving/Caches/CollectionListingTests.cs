using System.Globalization;
using System.Net;
using System.Xml.Linq;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

public sealed class CollectionListingTests : CacheTest
{
    private static readonly XNamespace Dav = "DAV:";

    [Theory]
    [InlineData("/cache/sccache")]
    [InlineData("/cache/sccache/")]
    [InlineData("/cache/sccache//team/")]
    [InlineData("/cache/sccache/never/written/")]
    public async Task A_collection_is_there_before_anything_is_in_it(string path)
    {
        var found = (await ListAsync(path, "0")).Should().ContainSingle().Which;

        found.Descendants(Dav + "collection").Should().ContainSingle();
        found.Element(Dav + "href")!.Value.Should().EndWith("/");
        found.Descendants(Dav + "status").Single().Value.Should().Be("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task An_entry_tells_its_size_its_tag_and_a_date_with_the_right_weekday()
    {
        await PutAsync("/cache/sccache/a/b", Content);

        var found = (await ListAsync("/cache/sccache/a/b", "0")).Single();

        found.Element(Dav + "href")!.Value.Should().Be("/cache/sccache/a/b");
        found.Descendants(Dav + "collection").Should().BeEmpty();
        found.Descendants(Dav + "getcontentlength").Single().Value.Should().Be(Content.Length.ToString(CultureInfo.InvariantCulture));
        found.Descendants(Dav + "getetag").Single().Value.Should().Be($"\"{ContentDigest}\"");
        string modified = found.Descendants(Dav + "getlastmodified").Single().Value;
        var date = DateTime.ParseExact(modified, "ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture);
        modified.Should().StartWith(date.DayOfWeek.ToString()[..3]);
    }

    [Fact]
    public async Task Depth_1_lists_what_stands_directly_below_and_nothing_of_another_namespace()
    {
        foreach (string key in new[] { "a", "b/one", "b/two/deep", "b0", "b/three", "c&d" })
        {
            await PutAsync($"/cache/team/{key}", Content);
        }

        await PutAsync("/cache/team2/x", Content);

        (await HrefsAsync("/cache/team/", "1")).Should().Equal(
            "/cache/team/", "/cache/team/a", "/cache/team/b/", "/cache/team/b0", "/cache/team/c&d");
        (await HrefsAsync("/cache/team/b", "1")).Should().Equal(
            "/cache/team/b/", "/cache/team/b/one", "/cache/team/b/three", "/cache/team/b/two/");
        (await HrefsAsync("/cache/team/b/two/", "0")).Should().Equal("/cache/team/b/two/");
    }

    [Fact]
    public async Task A_name_that_no_key_begins_with_is_not_found()
    {
        await PutAsync("/cache/team/key", Content);

        using var response = await SendAsync(PropFind, "/cache/team/ke", null, ("Depth", "0"));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        response.Content.Headers.ContentLength.Should().Be(0);
    }

    [Fact]
    public async Task An_entry_whose_blob_is_gone_is_not_listed()
    {
        await PutAsync("/cache/team/key", Content);
        await Blobs.DeleteAsync(ContentDigest, CancellationToken.None);

        (await HrefsAsync("/cache/team/", "1")).Should().Equal("/cache/team/");
    }

    [Theory]
    [InlineData("infinity")]
    [InlineData("2")]
    [InlineData(null)]
    public async Task A_listing_without_an_end_is_refused(string? depth)
    {
        using var response = await SendAsync(PropFind, "/cache/team/", null, depth is null ? [] : [("Depth", depth)]);

        await ShouldRefuse(response, HttpStatusCode.Forbidden, "UNSUPPORTED");
    }

    [Theory]
    [InlineData("/cache/team/a/")]
    [InlineData("/cache/team/a")]
    public async Task A_collection_can_be_made_as_often_as_one_likes(string path)
    {
        (await StatusAsync(new HttpMethod("MKCOL"), path)).Should().Be(HttpStatusCode.Created);
        (await StatusAsync(new HttpMethod("MKCOL"), path)).Should().Be(HttpStatusCode.Created);
        (await StatusAsync(HttpMethod.Get, path)).Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<XElement[]> ListAsync(string path, string depth)
    {
        using var response = await SendAsync(PropFind, path, null, ("Depth", depth));
        response.StatusCode.Should().Be(HttpStatusCode.MultiStatus);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/xml");
        var document = XDocument.Parse(await response.Content.ReadAsStringAsync());
        return [.. document.Root!.Elements(Dav + "response")];
    }

    private async Task<string[]> HrefsAsync(string path, string depth) =>
        [.. (await ListAsync(path, depth)).Select(static found => found.Element(Dav + "href")!.Value)];
}
