using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class RegistryAuthenticationTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Basic = $"Basic {Convert.ToBase64String("robot:s3cret"u8)}";
    private static readonly byte[] Content = Artifacts.Manifest();

    private readonly TemporaryFolder temporary = new();

    [Fact]
    public async Task A_password_is_sent_only_after_the_registry_asked_and_only_to_it()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Headers.Authorization == Basic
            ? context.Response.Body.WriteAsync(Content).AsTask()
            : Challenge(context, "Basic realm=\"registry\""));
        using var client = NewClient(server.Address);
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        (await repository.ResolveAsync("v1", None)).Should().NotBeNull();
        (await repository.ResolveAsync("v1", None)).Should().NotBeNull();

        server.Requests.Should().Equal("GET /v2/app/manifests/v1", $"GET /v2/app/manifests/v1 {Basic}", $"GET /v2/app/manifests/v1 {Basic}");
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_each_scope()
    {
        await using var server = await ScriptedServer.StartAsync(context => (context.Request.Path.Value, context.Request.Headers.Authorization.ToString()) switch
        {
            ("/token", var authorization) => Answer(context, authorization == Basic ? 200 : 401, $$"""{"token":"{{context.Request.Query["scope"]}}","expires_in":300}"""),
            (_, "") => Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"registry\",scope=\"repository:app:{Action(context)}\""),
            (_, var authorization) when authorization == $"Bearer repository:app:{Action(context)}" => AnswerAsRegistry(context),
            _ => Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"registry\",scope=\"repository:app:{Action(context)}\""),
        });
        using var client = NewClient(server.Address);
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        await repository.ResolveAsync("v1", None);
        await repository.ResolveAsync("v1", None);
        await repository.PushManifestAsync(MediaTypes.Manifest, Content, "v1", None);

        server.Requests.Where(request => request.StartsWith("GET /token", StringComparison.Ordinal)).Should().Equal(
            $"GET /token?service=registry&scope=repository%3Aapp%3Apull {Basic}",
            $"GET /token?service=registry&scope=repository%3Aapp%3Apull%2Cpush {Basic}");
    }

    [Fact]
    public async Task Without_a_challenge_a_401_is_final()
    {
        await using var server = await ScriptedServer.StartAsync(context => Answer(context, 401, ""));
        using var client = NewClient(server.Address);

        var fault = await Failing(client, server.Address);

        fault.Should().BeEquivalentTo(new { Code = "UNAUTHORIZED", IsTransient = false });
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_refused_password_is_tried_once_and_never_shown()
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, "Basic realm=\"x\""));
        using var client = NewClient(server.Address);

        var fault = await Failing(client, server.Address);

        fault.Code.Should().Be("UNAUTHORIZED");
        fault.ToString().Should().NotContain("s3cret").And.NotContain(Basic["Basic ".Length..]);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_followed_without_credentials_and_its_challenge_is_ignored()
    {
        byte[] blob = "blob"u8.ToArray();
        await using var storage = await ScriptedServer.StartAsync(context => context.Request.Path == "/ok"
            ? context.Response.Body.WriteAsync(blob).AsTask()
            : Challenge(context, "Basic realm=\"give it to me\""));
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization != Basic)
            {
                return Challenge(context, "Basic realm=\"x\"");
            }

            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://{storage.Address}/{(context.Request.Path.Value!.Contains("blobs", StringComparison.Ordinal) ? "ok" : "steal")}";
            return Task.CompletedTask;
        });
        using var client = NewClient(server.Address);
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        (await repository.FetchBlobAsync(Digest.Of(blob), 100, None)).Should().Equal(blob);
        (await Failing(client, server.Address)).Code.Should().Be("UNAUTHORIZED");

        storage.Requests.Should().Equal("GET /ok", "GET /steal");
    }

    [Fact]
    public async Task An_upload_location_at_another_host_gets_no_credentials()
    {
        await using var storage = await ScriptedServer.StartAsync(context => Answer(context, 201, ""));
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization != Basic)
            {
                return Challenge(context, "Basic realm=\"x\"");
            }

            context.Response.Headers.Location = $"http://{storage.Address}/upload";
            return Answer(context, context.Request.Method == "POST" ? 202 : 404, "");
        });
        using var client = NewClient(server.Address);

        await client.Repository(Reference.Parse($"{server.Address}/app")).PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);

        storage.Requests.Should().ContainSingle().Which.Should().NotContain("Basic");
    }

    [Theory]
    [InlineData("http://registry.example/token")]
    [InlineData("ftp://127.0.0.1/token")]
    [InlineData("https://user:password@127.0.0.1/token")]
    [InlineData("/token")]
    public async Task A_password_is_not_sent_to_a_token_service_over_an_open_line(string realm)
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, $"Bearer realm=\"{realm}\""));
        using var client = NewClient(server.Address);

        (await Failing(client, server.Address)).Code.Should().Be("INVALID_RESPONSE");
    }

    [Fact]
    public async Task A_registry_elsewhere_cannot_send_us_to_a_token_service_on_this_machine()
    {
        await using var server = await ScriptedServer.StartAsync(context => Answer(context, 200, """{"token":"x"}"""));
        File.WriteAllText(temporary["config.json"], """{"auths":{"registry.example":{"username":"robot","password":"s3cret"}}}""");
        using var http = new HttpClient();
        var options = new RemoteRegistryOptions();
        var authentication = new RegistryAuthentication(
            new RegistryHost("registry.example", options.PlainHttp), http, http, new DockerConfiguration(temporary["config.json"]), options, TimeProvider.System);
        var request = new RegistryRequest { Method = HttpMethod.Get, Address = new Uri("https://registry.example/v2/"), Repository = "app", Purpose = "read" };
        var challenge = new AuthenticationChallenge(true, new Dictionary<string, string> { ["realm"] = $"http://{server.Address}/token" });

        (await FluentActions.Awaiting(() => authentication.AnswerAsync(request, challenge, None)).Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be("INVALID_RESPONSE");

        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_loop_ends()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = context.Request.Path.Value;
            return Task.CompletedTask;
        });
        using var client = NewClient(server.Address);

        (await Failing(client, server.Address)).Code.Should().Be("INVALID_RESPONSE");
    }

    [Fact]
    public async Task Credentials_for_another_registry_are_not_used()
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, "Basic realm=\"x\""));
        using var client = NewClient("registry.example");

        (await Failing(client, server.Address)).Code.Should().Be("UNAUTHORIZED");

        server.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("""{"auths":{"registry.example":{"auth":"cm9ib3Q6czNjcmV0"}}}""", "registry.example")]
    [InlineData("""{"auths":{"https://registry.example/v2/":{"auth":"cm9ib3Q6czNjcmV0"}}}""", "registry.example")]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"cm9ib3Q6czNjcmV0"}}}""", "docker.io")]
    [InlineData("""{"auths":{"registry.example:5000":{"username":"robot","password":"s3cret"}}}""", "registry.example:5000")]
    public async Task Dockers_configuration_is_read_in_all_the_ways_it_is_written(string json, string registry)
    {
        File.WriteAllText(temporary["config.json"], json);
        var configuration = new DockerConfiguration(temporary["config.json"]);

        (await configuration.FindAsync(registry, None))!.Header.ToString().Should().Be(Basic);
        (await configuration.FindAsync("example", None)).Should().BeNull();
        (await configuration.FindAsync("evil-registry.example", None)).Should().BeNull();
    }

    [Theory]
    [InlineData("not json s3cret")]
    [InlineData("""{"auths":{"registry.example":{"auth":"s3cret%%"}}}""")]
    [InlineData("""{"auths":{"registry.example":{"auth":"czNjcmV0"}}}""")]
    [InlineData("""{"auths":{},"auths":{}}""")]
    public async Task A_configuration_that_cannot_be_read_is_an_error_that_shows_no_secret(string json)
    {
        File.WriteAllText(temporary["config.json"], json);

        var fault = (await FluentActions.Awaiting(() => new DockerConfiguration(temporary["config.json"]).FindAsync("registry.example", None))
            .Should().ThrowAsync<RegistryException>()).Which;

        fault.Message.Should().Contain(temporary["config.json"]);
        fault.ToString().Should().NotContain("s3cret").And.NotContain("czNjcmV0");
    }

    public void Dispose() => temporary.Dispose();

    private static string Action(HttpContext context) => context.Request.Method == "PUT" ? "pull,push" : "pull";

    private static Task AnswerAsRegistry(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Method == "PUT" ? 201 : 200;
        return context.Request.Method == "PUT" ? Task.CompletedTask : context.Response.Body.WriteAsync(Content).AsTask();
    }

    private static Task Challenge(HttpContext context, string challenge)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return Answer(context, 401, "");
    }

    private static Task Answer(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body, Encoding.UTF8);
    }

    private static async Task<RegistryException> Failing(RemoteRegistry client, string address) =>
        (await FluentActions.Awaiting(() => client.Repository(Reference.Parse($"{address}/app")).ResolveAsync("v1", None)).Should().ThrowAsync<RegistryException>()).Which;

    private RemoteRegistry NewClient(string registry)
    {
        string auth = Convert.ToBase64String("robot:s3cret"u8);
        File.WriteAllText(temporary["config.json"], $$"""{ "auths": { "{{registry}}": { "auth": "{{auth}}" } } }""");
        return new RemoteRegistry(
            new RemoteRegistryOptions { CredentialsFile = temporary["config.json"], Attempts = 1, RequestTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
    }
}
