using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Access.Tokens;
using Provenance.ArtifactStore.Digests;
using Provenance.Testing;
using Provenance.Testing.Registries;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>Access control over real HTTP: alice has team-a, bob reads team-b, tokens of team-a's pipelines write team-a/ci.</summary>
public sealed class AccessControlTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] Content = "secret of team b"u8.ToArray();
    private static readonly Digest ContentDigest = Digest.Of(DigestAlgorithm.Sha256, Content);

    private readonly TemporaryFolder folder = new();
    private readonly TestIssuer issuer = new();
    private readonly Refusals refusals = new();
    private GuardedRegistry registry = null!;

    public async Task InitializeAsync()
    {
        registry = await GuardedRegistry.StartAsync(folder, issuer, refusals, ChallengeKind.Basic);
        await registry.StoreBlobAsync(GuardedRegistry.Carol, "team-b/app", Content);
    }

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        issuer.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_entrance_asks_for_credentials_and_takes_them()
    {
        using var asked = await registry.SendAsync(null, HttpMethod.Get, "/v2/");
        asked.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        asked.Headers.WwwAuthenticate.ToString().Should().Be("Basic realm=\"provenance\", charset=\"UTF-8\"");
        using var known = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Get, "/v2/");
        known.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET", "/v2/team-b/app/blobs/DIGEST")]
    [InlineData("HEAD", "/v2/team-b/app/blobs/DIGEST")]
    [InlineData("HEAD", "/v2/team-b/app/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("GET", "/v2/team-b/app/manifests/latest")]
    [InlineData("HEAD", "/v2/team-b/none/manifests/latest")]
    [InlineData("GET", "/v2/team-b/app/tags/list")]
    [InlineData("GET", "/v2/team-b/app/referrers/DIGEST")]
    [InlineData("PUT", "/v2/team-b/app/manifests/latest")]
    [InlineData("POST", "/v2/team-b/app/blobs/uploads/")]
    [InlineData("GET", "/v2/team-b/app/blobs/uploads/0123")]
    [InlineData("DELETE", "/v2/team-b/app/blobs/DIGEST")]
    [InlineData("DELETE", "/v2/team-b/app/manifests/latest")]
    [InlineData("GET", "/v2/team-ab/app/tags/list")]
    [InlineData("GET", "/v2/team-a/tags/list")]
    [InlineData("GET", "/v2/team-a/../team-b/app/blobs/DIGEST")]
    [InlineData("GET", "/v2/team-a/%2e%2e/team-b/app/blobs/DIGEST")]
    [InlineData("GET", "/v2/team-a/x/../../team-b/app/blobs/DIGEST")]
    [InlineData("GET", "/v2/./team-b/app/blobs/DIGEST")]
    [InlineData("GET", "/cas/HEX")]
    [InlineData("HEAD", "/cas/HEX")]
    [InlineData("PUT", "/cas/HEX")]
    [InlineData("GET", "/unguarded")]
    public async Task What_no_rule_allows_is_denied_alike_whether_it_exists_or_not(string method, string path)
    {
        var response = await registry.SendRawAsync(GuardedRegistry.Alice, method, Fill(path));
        response.Status.Should().Be(403);
        response.Body.Should().NotContain("secret");
        if (method is not "HEAD")
        {
            response.Body.Should().Contain("DENIED");
        }

        refusals.Reasons.Should().Contain(AccessRefusals.Denied);
    }

    [Theory]
    [InlineData("/v2/team-a%2F..%2Fteam-b/app/blobs/DIGEST")]
    [InlineData("/v2/team-a/..%2fteam-b/app/blobs/DIGEST")]
    [InlineData("/v2/team-a//../team-b/app/blobs/DIGEST")]
    [InlineData("/v2/team-a%00/team-b/app/blobs/DIGEST")]
    [InlineData("/v2/team-a/%252e%252e/team-b/app/blobs/DIGEST")]
    [InlineData("/v2//team-b/app/blobs/DIGEST")]
    [InlineData("/V2/team-b/app/blobs/DIGEST")]
    [InlineData("//v2/team-b/app/blobs/DIGEST")]
    [InlineData("/cas/%48EX")]
    [InlineData("/cas/../cas/HEX")]
    [InlineData("/CAS/HEX")]
    public async Task No_other_spelling_of_a_path_gets_around_the_rules(string path)
    {
        var response = await registry.SendRawAsync(GuardedRegistry.Alice, "GET", Fill(path));
        response.Status.Should().BeInRange(400, 404);
        response.Body.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_range_of_what_is_denied_is_denied()
    {
        using var response = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Get, Fill("/v2/team-b/app/blobs/DIGEST"), ("Range", "bytes=0-0"));
        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        using var conditional = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Get, Fill("/v2/team-b/app/blobs/DIGEST"), ("If-None-Match", $"\"{ContentDigest}\""));
        conditional.StatusCode.Should().Be(HttpStatusCode.Forbidden, "304 would say that it is there");
    }

    [Fact]
    public async Task Nothing_is_mounted_from_where_the_client_may_not_read()
    {
        string mount = $"/v2/team-a/app/blobs/uploads/?mount={ContentDigest}&from=team-b/app";
        using var refused = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Post, mount);
        refused.StatusCode.Should().Be(HttpStatusCode.Accepted, "the client is asked to upload, as for a blob that is not there");
        using var absent = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Get, Fill("/v2/team-a/app/blobs/DIGEST"));
        absent.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var mounted = await registry.SendAsync(GuardedRegistry.Carol, HttpMethod.Post, mount);
        mounted.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Each_right_is_one_of_its_own()
    {
        await registry.StoreBlobAsync(GuardedRegistry.Alice, "team-a/app", Content);
        using var read = await registry.SendAsync(GuardedRegistry.Bob, HttpMethod.Get, Fill("/v2/team-b/app/blobs/DIGEST"));
        (await read.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
        using var write = await registry.SendAsync(GuardedRegistry.Bob, HttpMethod.Post, "/v2/team-b/app/blobs/uploads/");
        write.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        using var delete = await registry.SendAsync(GuardedRegistry.Alice, HttpMethod.Delete, Fill("/v2/team-a/app/blobs/DIGEST"));
        delete.StatusCode.Should().Be(HttpStatusCode.Forbidden, "alice may write but not delete");
        using var gone = await registry.SendAsync(GuardedRegistry.Carol, HttpMethod.Delete, Fill("/v2/team-a/app/blobs/DIGEST"));
        gone.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("Bearer TOKEN")]
    [InlineData("bearer TOKEN")]
    [InlineData("Basic any:TOKEN")]
    [InlineData("Basic :TOKEN")]
    public async Task A_token_is_taken_as_bearer_and_as_the_password_of_basic(string form)
    {
        string token = issuer.Sign(issuer.Claims(TimeProvider.System.GetUtcNow(), "system:serviceaccount:team-a:builder"));
        string header = form.StartsWith("Basic ", StringComparison.Ordinal)
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(form[6..].Replace("TOKEN", token, StringComparison.Ordinal)))
            : form.Replace("TOKEN", token, StringComparison.Ordinal);
        using var response = await registry.SendWithHeaderAsync(header, HttpMethod.Post, "/v2/team-a/ci/blobs/uploads/");
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var denied = await registry.SendWithHeaderAsync(header, HttpMethod.Post, "/v2/team-a/app/blobs/uploads/");
        denied.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_subject_that_is_called_like_a_user_is_not_that_user()
    {
        string token = issuer.Sign(issuer.Claims(TimeProvider.System.GetUtcNow(), "alice"));
        using var response = await registry.SendWithHeaderAsync("Bearer " + token, HttpMethod.Get, "/v2/team-a/app/tags/list");
        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("Basic", AccessRefusals.Malformed)]
    [InlineData("Basic !!!", AccessRefusals.Malformed)]
    [InlineData("Basic YWxpY2U=", AccessRefusals.Malformed)]
    [InlineData("Digest username=\"alice\"", AccessRefusals.Malformed)]
    [InlineData("Basic YWxpY2U6d3Jvbmc=", AccessRefusals.Password)]
    [InlineData("Basic bWFsbG9yeTp3cm9uZw==", AccessRefusals.Password)]
    [InlineData("Bearer provenance1.e30.AAAA", AccessRefusals.TokenSignature)]
    [InlineData("Bearer provenance1.", AccessRefusals.TokenFormat)]
    [InlineData("Bearer nonsense", AccessRefusals.TokenFormat)]
    public async Task Credentials_that_do_not_hold_are_refused_in_one_way_and_counted_in_many(string header, string reason)
    {
        using var response = await registry.SendWithHeaderAsync(header, HttpMethod.Get, "/v2/");
        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsStringAsync()).Should().Be("""{"errors":[{"code":"UNAUTHORIZED","message":"The credentials are not accepted."}]}""");
        refusals.Reasons.Should().Equal(reason);
    }

    [Fact]
    public async Task Two_authorization_headers_are_refused()
    {
        var response = await registry.SendRawAsync(GuardedRegistry.Alice, "GET", "/v2/", "Authorization: Basic " + Convert.ToBase64String("mallory:x"u8));
        response.Status.Should().Be(401);
        refusals.Reasons.Should().Equal(AccessRefusals.Malformed);
    }

    [Fact]
    public async Task An_oversized_header_is_refused()
    {
        using var response = await registry.SendWithHeaderAsync("Bearer " + new string('x', 25 * 1024), HttpMethod.Get, "/v2/");
        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refusals.Reasons.Should().Equal(AccessRefusals.TokenSize);
    }

    [Fact]
    public async Task Without_access_control_nothing_is_asked_for()
    {
        await using var open = await LoopbackRegistry.StartAsync();
        using var http = new HttpClient { BaseAddress = open.Uri };
        using var response = await http.GetAsync(new Uri("/v2/", UriKind.Relative));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        open.Services.GetService<IAccessControl>().Should().BeNull();
    }

    private static string Fill(string path) => path.Replace("DIGEST", ContentDigest.ToString(), StringComparison.Ordinal).Replace("HEX", ContentDigest.Hex, StringComparison.Ordinal);
}
