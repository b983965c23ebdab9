using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access.Tokens;
using Provenance.Testing;
using Provenance.Testing.Registries;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Access.Tokens;

public sealed class ServedKeysTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly TestIssuer issuer = new();
    private readonly List<string> troubles = [];
    private string keys = "";
    private string discovery = "";
    private int status = 200;

    public ServedKeysTests() => keys = issuer.Keys.ToJsonString();

    public void Dispose() => issuer.Dispose();

    [Fact]
    public async Task Keys_are_found_by_the_discovery_document_and_asked_for_every_ten_minutes()
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        for (int i = 0; i < 5; i++)
        {
            (await source.GetAsync(missing: false, CancellationToken.None)).Should().NotBeNull();
        }

        server.Requests.Should().Equal("GET /.well-known/openid-configuration", "GET /keys");
        time.Advance(TimeSpan.FromMinutes(10));
        await source.GetAsync(missing: false, CancellationToken.None);
        server.Requests.Should().HaveCount(4);
    }

    [Fact]
    public async Task Unknown_keys_make_us_ask_at_most_every_half_minute()
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        for (int i = 0; i < 100; i++)
        {
            await source.GetAsync(missing: true, CancellationToken.None);
        }

        server.Requests.Should().HaveCount(2);
        time.Advance(TimeSpan.FromSeconds(30));
        await source.GetAsync(missing: true, CancellationToken.None);
        server.Requests.Should().HaveCount(4);
    }

    [Fact]
    public async Task While_the_issuer_is_away_the_keys_of_the_last_day_hold()
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        await source.GetAsync(missing: false, CancellationToken.None);
        status = 503;
        time.Advance(TimeSpan.FromHours(23));
        (await source.GetAsync(missing: false, CancellationToken.None)).Should().NotBeNull();
        time.Advance(TimeSpan.FromHours(2));
        (await source.GetAsync(missing: false, CancellationToken.None)).Should().BeNull();
        troubles.Should().HaveCount(2).And.OnlyContain(t => t.Contains("answered 503", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"issuer":"https://evil.test","jwks_uri":"ADDRESS/keys"}""")]
    [InlineData("""{"issuer":"ADDRESS","jwks_uri":"file:///etc/passwd"}""")]
    [InlineData("""{"issuer":"ADDRESS"}""")]
    [InlineData("""{"issuer":"ADDRESS","issuer":"ADDRESS","jwks_uri":"ADDRESS/keys"}""")]
    [InlineData("[]")]
    public async Task A_discovery_document_of_somebody_else_is_refused(string document)
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        discovery = document.Replace("ADDRESS", "http://" + server.Address, StringComparison.Ordinal);
        (await source.GetAsync(missing: false, CancellationToken.None)).Should().BeNull();
        troubles.Should().ContainSingle();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}]}""")]
    public async Task Faulty_key_sets_are_refused(string set)
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        keys = set;
        (await source.GetAsync(missing: false, CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task An_endless_key_set_is_not_read_to_its_end()
    {
        await using var server = await StartAsync();
        using var source = Source(server);
        keys = "{\"keys\":[" + new string(' ', IssuerKeySet.MaximumSize) + "]}";
        (await source.GetAsync(missing: false, CancellationToken.None)).Should().BeNull();
        troubles.Should().ContainSingle();
    }

    private async Task<ScriptedServer> StartAsync()
    {
        ScriptedServer? server = null;
        server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            string address = "http://" + context.Request.Host;
            string body = context.Request.Path == "/keys" ? keys
                : discovery.Length > 0 ? discovery : $$"""{"issuer":"{{address}}","jwks_uri":"{{address}}/keys"}""";
            await context.Response.WriteAsync(body);
        });
        return server;
    }

    private ServedKeys Source(ScriptedServer server) =>
        new(new TrustedIssuer { Name = "test", Issuer = "http://" + server.Address, Audiences = ["x"] }, time, troubles.Add);
}
