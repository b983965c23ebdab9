using System.Net;
using System.Text;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Digests;
using Provenance.Testing;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>
/// Rules on caches over real HTTP: alice sets keys of team-a and of the actions of its instance; bob reads those, and the actions of no instance, and
/// may write but not set keys; a pipeline reads and writes the content store; carol deletes keys of team-a.
/// </summary>
public sealed class CacheAccessTests : IAsyncLifetime, IDisposable
{
    private const string Instance = "team-a";

    private static readonly byte[] Content = "what a build made"u8.ToArray();
    private static readonly Digest ContentDigest = Digest.Of(Content);

    private readonly TemporaryFolder folder = new();
    private readonly TestIssuer issuer = new();
    private readonly Refusals refusals = new();
    private GuardedRegistry registry = null!;

    public async Task InitializeAsync()
    {
        registry = await GuardedRegistry.StartAsync(
            folder,
            issuer,
            refusals,
            ChallengeKind.Basic,
            Rule(SubjectMatch.User("alice"), [AccessAction.Read, AccessAction.SetKey], "team-a", $"ac/{Instance}"),
            Rule(SubjectMatch.User("bob"), [AccessAction.Read, AccessAction.Write], "team-a", "ac"),
            Rule(SubjectMatch.User("carol"), [AccessAction.Delete], "team-a"),
            new AccessRule { Subjects = [SubjectMatch.TokenSubject("cluster", Subject("pipeline"))], Rights = [AccessAction.Read, AccessAction.Write], ContentStore = true });
        (await PutAsync(GuardedRegistry.Alice, "/cache/team-a/key")).Should().Be(HttpStatusCode.Created);
        (await PutAsync(GuardedRegistry.Alice, Fill("/team-a/ac/HEX"))).Should().Be(HttpStatusCode.Created);
    }

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        issuer.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(GuardedRegistry.Bob, "PUT", "/cache/team-a/key")]
    [InlineData(GuardedRegistry.Bob, "PUT", "/cache/team-a/new")]
    [InlineData(GuardedRegistry.Bob, "MKCOL", "/cache/team-a/folder/")]
    [InlineData(GuardedRegistry.Bob, "DELETE", "/cache/team-a/key")]
    [InlineData(GuardedRegistry.Bob, "PUT", "/ac/HEX")]
    [InlineData(GuardedRegistry.Bob, "DELETE", "/ac/HEX")]
    [InlineData(GuardedRegistry.Bob, "GET", "/team-a/ac/HEX")]
    [InlineData(GuardedRegistry.Alice, "DELETE", "/cache/team-a/key")]
    [InlineData(GuardedRegistry.Alice, "PUT", "/cache/team-b/key")]
    [InlineData(GuardedRegistry.Alice, "GET", "/cache/team-b/key")]
    [InlineData(GuardedRegistry.Alice, "HEAD", "/cache/team-b/key")]
    [InlineData(GuardedRegistry.Alice, "PROPFIND", "/cache/team-b/")]
    [InlineData(GuardedRegistry.Alice, "GET", "/cache/team-ab/key")]
    [InlineData(GuardedRegistry.Alice, "GET", "/cache/TEAM-A/key")]
    [InlineData(GuardedRegistry.Alice, "GET", "/ac/HEX")]
    [InlineData(GuardedRegistry.Alice, "PUT", "/ac/HEX")]
    [InlineData(GuardedRegistry.Alice, "PUT", "/team-b/ac/HEX")]
    [InlineData(GuardedRegistry.Alice, "GET", "/team-b/ac/HEX")]
    [InlineData(GuardedRegistry.Alice, "GET", "/cas/HEX")]
    [InlineData(GuardedRegistry.Alice, "PUT", "/cas/HEX")]
    [InlineData(GuardedRegistry.Alice, "GET", "/team-a/cas/HEX")]
    [InlineData(GuardedRegistry.Alice, "HEAD", "/team-a/cas/HEX")]
    [InlineData(GuardedRegistry.Alice, "POST", "/cas/find-missing")]
    [InlineData(GuardedRegistry.Carol, "GET", "/cache/team-a/key")]
    [InlineData(GuardedRegistry.Carol, "PUT", "/cache/team-a/key")]
    public async Task What_no_rule_allows_is_denied_alike_whether_it_exists_or_not(string user, string method, string path)
    {
        (await SendAsync(user, method, Fill(path))).Should().Be(HttpStatusCode.Forbidden);

        refusals.Reasons.Should().Contain(AccessRefusals.Denied);
        (await SendAsync(GuardedRegistry.Alice, "GET", "/cache/team-a/key")).Should().Be(HttpStatusCode.OK, "it is still what alice set");
    }

    [Theory]
    [InlineData("GET", "/cache/team-a/key")]
    [InlineData("PUT", "/cache/team-a/key")]
    [InlineData("GET", "/ac/HEX")]
    [InlineData("GET", "/team-a/ac/HEX")]
    [InlineData("GET", "/cas/HEX")]
    [InlineData("POST", "/cas/find-missing")]
    public async Task Nobody_is_asked_who_they_are(string method, string path) =>
        (await SendAsync(null, method, Fill(path))).Should().Be(HttpStatusCode.Unauthorized);

    [Theory]
    [InlineData(GuardedRegistry.Alice, "GET", "/cache/team-a/key", HttpStatusCode.OK)]
    [InlineData(GuardedRegistry.Alice, "PUT", "/cache/team-a/key", HttpStatusCode.OK)]
    [InlineData(GuardedRegistry.Alice, "PUT", "/cache/team-a/deeper/key", HttpStatusCode.Created)]
    [InlineData(GuardedRegistry.Alice, "GET", "/team-a/ac/HEX", HttpStatusCode.OK)]
    [InlineData(GuardedRegistry.Bob, "GET", "/cache/team-a/key", HttpStatusCode.OK)]
    [InlineData(GuardedRegistry.Bob, "PROPFIND", "/cache/team-a/", HttpStatusCode.MultiStatus)]
    [InlineData(GuardedRegistry.Bob, "GET", "/ac/HEX", HttpStatusCode.NotFound)]
    [InlineData(GuardedRegistry.Carol, "DELETE", "/cache/team-a/key", HttpStatusCode.NoContent)]
    public async Task What_a_rule_allows_is_done(string user, string method, string path, HttpStatusCode expected) =>
        (await SendAsync(user, method, Fill(path))).Should().Be(expected);

    [Theory]
    [InlineData("/cache/team-b/../team-a/key")]
    [InlineData("/cache/team-a/../team-b/key")]
    [InlineData("/cache/team-a%2Fkey")]
    [InlineData("/cache//team-a/key")]
    [InlineData("/cache/ac/HEX")]
    [InlineData("/cache/team-a/%2e%2e/ac/HEX")]
    [InlineData("/team-a%2Fac/HEX")]
    [InlineData("/team-b/../ac/HEX")]
    [InlineData("/./cas/HEX")]
    public async Task No_other_spelling_of_a_path_gets_around_the_rules(string path)
    {
        var read = await registry.SendRawAsync(GuardedRegistry.Alice, "GET", Fill(path));
        var written = await registry.SendRawAsync(GuardedRegistry.Alice, "PUT", Fill(path));

        read.Status.Should().BeInRange(400, 405);
        read.Body.Should().NotContain("a build made");
        written.Status.Should().BeInRange(400, 405);
    }

    [Fact]
    public async Task The_content_store_has_rules_of_its_own()
    {
        string pipeline = "Bearer " + issuer.Sign(issuer.Claims(TimeProvider.System.GetUtcNow(), "pipeline"));
        using var read = await registry.SendWithHeaderAsync(pipeline, HttpMethod.Get, Fill("/cas/HEX"));
        using var written = await registry.SendWithHeaderAsync(pipeline, HttpMethod.Put, $"/cas/{Digest.Of([]).Hex}");
        using var key = await registry.SendWithHeaderAsync(pipeline, HttpMethod.Put, "/cache/team-a/key");
        using var action = await registry.SendWithHeaderAsync(pipeline, HttpMethod.Get, Fill("/ac/HEX"));
        using var repository = await registry.SendWithHeaderAsync(pipeline, HttpMethod.Get, Fill("/v2/team-a/app/blobs/sha256:HEX"));

        (await read.Content.ReadAsByteArrayAsync()).Should().Equal(Content);
        written.StatusCode.Should().Be(HttpStatusCode.Created);
        key.StatusCode.Should().Be(HttpStatusCode.Forbidden, "who may store content may not say what keys stand for");
        action.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        repository.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_digest_alone_mounts_only_what_one_may_read_by_its_digest()
    {
        string mount = $"/blobs/uploads/?mount={ContentDigest}";

        (await SendAsync(GuardedRegistry.Alice, "POST", "/v2/team-a/app" + mount)).Should().Be(HttpStatusCode.Accepted, "alice is asked to upload it");
        (await SendAsync(GuardedRegistry.Alice, "GET", Fill("/v2/team-a/app/blobs/sha256:HEX"))).Should().Be(HttpStatusCode.NotFound);
        (await SendAsync(GuardedRegistry.Carol, "POST", "/v2/team-a/app" + mount)).Should().Be(HttpStatusCode.Created, "carol may read all content");
        (await SendAsync(GuardedRegistry.Alice, "GET", Fill("/v2/team-a/app/blobs/sha256:HEX"))).Should().Be(HttpStatusCode.OK);
    }

    private static string Fill(string path) => path.Replace("HEX", ContentDigest.Hex, StringComparison.Ordinal);

    private static NamePattern Subject(string text) => NamePattern.TryParseSubject(text, out var pattern) ? pattern : throw new ArgumentException(text);

    private static AccessRule Rule(SubjectMatch subject, AccessAction[] rights, params string[] caches) => new()
    {
        Subjects = [subject],
        Rights = rights,
        Caches = [.. caches.Select(static cache => NamePattern.TryParsePath(cache, out var pattern) ? pattern : throw new ArgumentException(cache))],
    };

    private Task<HttpStatusCode> PutAsync(string user, string path) => SendAsync(user, "PUT", path);

    private async Task<HttpStatusCode> SendAsync(string? user, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(registry.Uri, path));
        if (user is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        }

        if (method is "PROPFIND")
        {
            request.Headers.TryAddWithoutValidation("Depth", "1");
        }
        else if (method is "PUT")
        {
            request.Content = new ByteArrayContent(Content);
        }
        else if (method is "POST" && path.EndsWith("find-missing", StringComparison.Ordinal))
        {
            request.Content = new StringContent("[]");
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
