using System.Net;
using System.Text.Json;
using Provenance.ArtifactStore.Access;
using Provenance.Testing;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>The token endpoint as registry clients use it, and as an attacker would.</summary>
public sealed class TokenEndpointTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestIssuer issuer = new();
    private readonly Refusals refusals = new();
    private GuardedRegistry registry = null!;

    public async Task InitializeAsync() => registry = await GuardedRegistry.StartAsync(folder, issuer, refusals, ChallengeKind.Bearer);

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        issuer.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_challenge_says_where_to_get_which_token()
    {
        string host = registry.Uri.Authority;
        using var entrance = await registry.SendAsync(null, HttpMethod.Get, "/v2/");
        entrance.Headers.WwwAuthenticate.ToString().Should().Be($"Bearer realm=\"http://{host}/token\", service=\"{host}\"".Replace(", ", ",", StringComparison.Ordinal));
        using var push = await registry.SendAsync(null, HttpMethod.Post, "/v2/team-a/app/blobs/uploads/");
        push.Headers.WwwAuthenticate.ToString().Should().Contain("scope=\"repository:team-a/app:pull,push\"");
        using var store = await registry.SendAsync(null, HttpMethod.Get, "/cas/" + new string('0', 64));
        store.Headers.WwwAuthenticate.ToString().Should().StartWith("Basic ", "clients of caches know no token endpoints");
    }

    [Fact]
    public async Task A_token_is_cut_down_to_what_was_asked_for_and_what_the_rules_allow()
    {
        string token = await TokenAsync(GuardedRegistry.Alice, "repository:team-a/app:pull", "repository:team-b/app:pull,push");
        (await StatusAsync(token, HttpMethod.Get, "/v2/")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(token, HttpMethod.Get, "/v2/team-a/app/tags/list")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(token, HttpMethod.Get, "/v2/team-b/app/tags/list")).Should().Be(HttpStatusCode.Forbidden);
        using var wider = await registry.SendWithHeaderAsync("Bearer " + token, HttpMethod.Post, "/v2/team-a/app/blobs/uploads/");
        wider.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "alice may push, but this token is for pulling");
        wider.Headers.WwwAuthenticate.ToString().Should().Contain("error=\"insufficient_scope\"");
        (await StatusAsync(token, HttpMethod.Get, "/v2/team-a/other/tags/list")).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(token, HttpMethod.Get, "/cas/" + new string('0', 64))).Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Everybody_gets_a_token_for_what_is_for_everybody()
    {
        string token = await TokenAsync(null, "repository:public/app:pull,push");
        (await StatusAsync(token, HttpMethod.Get, "/v2/")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(token, HttpMethod.Get, "/v2/public/app/tags/list")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(token, HttpMethod.Post, "/v2/public/app/blobs/uploads/")).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(token, HttpMethod.Get, "/v2/team-a/app/tags/list")).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_buys_no_wider_token()
    {
        string narrow = await TokenAsync(GuardedRegistry.Carol, "repository:team-a/app:pull");
        using var response = await registry.SendWithHeaderAsync("Bearer " + narrow, HttpMethod.Get, "/token?scope=repository:team-b/app:pull,push&scope=repository:team-a/app:pull,push");
        string wider = await ReadAsync(response, "token");
        (await StatusAsync(wider, HttpMethod.Get, "/v2/team-b/app/tags/list")).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(wider, HttpMethod.Post, "/v2/team-a/app/blobs/uploads/")).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(wider, HttpMethod.Get, "/v2/team-a/app/tags/list")).Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        string token = await TokenAsync(GuardedRegistry.Alice, "repository:team-a/app:pull");
        int dot = token.IndexOf('.', StringComparison.Ordinal) + 20;
        string changed = token[..dot] + (token[dot] is 'A' ? 'B' : 'A') + token[(dot + 1)..];
        (await StatusAsync(changed, HttpMethod.Get, "/v2/")).Should().Be(HttpStatusCode.Unauthorized);
        refusals.Reasons.Should().Contain(AccessRefusals.TokenSignature);
    }

    [Fact]
    public async Task Wrong_passwords_get_no_token()
    {
        using var response = await registry.SendAsync("alice:wrong", HttpMethod.Get, "/token?scope=repository:team-a/app:pull");
        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var posted = await registry.PostFormAsync("/token", ("grant_type", "password"), ("username", "alice"), ("password", "wrong"));
        posted.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_password_grant_takes_a_password_or_an_issuers_token()
    {
        using var byPassword = await registry.PostFormAsync(
            "/token", ("grant_type", "password"), ("service", "x"), ("client_id", "test"), ("username", "alice"), ("password", "correct horse"), ("scope", "repository:team-a/app:pull,push"));
        string token = await ReadAsync(byPassword, "access_token");
        (await StatusAsync(token, HttpMethod.Post, "/v2/team-a/app/blobs/uploads/")).Should().Be(HttpStatusCode.Accepted);

        string jwt = issuer.Sign(issuer.Claims(TimeProvider.System.GetUtcNow(), "system:serviceaccount:team-a:builder"));
        using var byToken = await registry.PostFormAsync("/token", ("grant_type", "password"), ("username", "-"), ("password", jwt), ("scope", "repository:team-a/ci:pull,push"));
        (await StatusAsync(await ReadAsync(byToken, "access_token"), HttpMethod.Post, "/v2/team-a/ci/blobs/uploads/")).Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_token_does_not_outlive_the_token_it_was_given_for()
    {
        var claims = issuer.Claims(TimeProvider.System.GetUtcNow(), "system:serviceaccount:team-a:builder");
        claims["exp"] = TimeProvider.System.GetUtcNow().AddSeconds(60).ToUnixTimeSeconds();
        using var response = await registry.SendWithHeaderAsync("Bearer " + issuer.Sign(claims), HttpMethod.Get, "/token");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        json.RootElement.GetProperty("expires_in").GetInt32().Should().BeLessThanOrEqualTo(90);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Theory]
    [InlineData("grant_type=refresh_token&refresh_token=x")]
    [InlineData("grant_type=password&username=a&username=b&password=x")]
    [InlineData("grant_type=password")]
    public async Task Other_grants_are_refused(string form)
    {
        using var response = await registry.PostFormAsync("/token", [.. form.Split('&').Select(static f => (f.Split('=')[0], f.Split('=')[1]))]);
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_crowd_of_scopes_is_refused()
    {
        string scopes = string.Concat(Enumerable.Range(0, 33).Select(static i => $"&scope=repository:a{i}:pull"));
        using var response = await registry.SendAsync(null, HttpMethod.Get, "/token?x" + scopes);
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, string name)
    {
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty(name).GetString()!;
    }

    private async Task<string> TokenAsync(string? user, params string[] scopes)
    {
        using var response = await registry.SendAsync(user, HttpMethod.Get, "/token?service=test" + string.Concat(scopes.Select(static s => "&scope=" + Uri.EscapeDataString(s))));
        return await ReadAsync(response, "token");
    }

    private async Task<HttpStatusCode> StatusAsync(string token, HttpMethod method, string path)
    {
        using var response = await registry.SendWithHeaderAsync("Bearer " + token, method, path);
        return response.StatusCode;
    }
}
