using System.Net;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class TagEndpointsTests : RegistryTest
{
    [Fact]
    public async Task Tags_are_listed_in_order_and_in_pages()
    {
        foreach (string tag in new[] { "b", "a", "C", "10", "9" })
        {
            await PushManifestAsync("team/app", tag);
        }

        using var all = await SendAsync(HttpMethod.Get, "/v2/team/app/tags/list");
        using var first = await SendAsync(HttpMethod.Get, "/v2/team/app/tags/list?n=2");
        using var second = await SendAsync(HttpMethod.Get, Header(first, "Link")!.Split('<', '>')[1]);
        using var last = await SendAsync(HttpMethod.Get, "/v2/team/app/tags/list?n=2&last=a");
        using var none = await SendAsync(HttpMethod.Get, "/v2/team/app/tags/list?n=0");

        (await all.Content.ReadAsStringAsync()).Should().Be("""{"name":"team/app","tags":["10","9","C","a","b"]}""");
        (await first.Content.ReadAsStringAsync()).Should().Contain("""["10","9"]""");
        (await second.Content.ReadAsStringAsync()).Should().Contain("""["C","a"]""");
        (await last.Content.ReadAsStringAsync()).Should().Contain("""["b"]""");
        (await none.Content.ReadAsStringAsync()).Should().Contain("[]");
        Header(all, "Link").Should().BeNull();
        Header(first, "Link").Should().EndWith("; rel=\"next\"");
        Header(last, "Link").Should().BeNull();
    }

    [Fact]
    public async Task A_repository_without_tags_has_an_empty_list_and_an_unknown_one_none()
    {
        await PushBlobAsync("app", [1]);

        using var empty = await SendAsync(HttpMethod.Get, "/v2/app/tags/list");
        using var unknown = await SendAsync(HttpMethod.Get, "/v2/nowhere/tags/list");

        (await empty.Content.ReadAsStringAsync()).Should().Be("""{"name":"app","tags":[]}""");
        await ShouldRefuse(unknown, HttpStatusCode.NotFound, "NAME_UNKNOWN");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999")]
    public async Task A_count_that_is_none_is_refused(string n)
    {
        await PushBlobAsync("app", [1]);

        using var response = await SendAsync(HttpMethod.Get, $"/v2/app/tags/list?n={n}");

        await ShouldRefuse(response, HttpStatusCode.BadRequest, "PAGINATION_NUMBER_INVALID");
    }
}
