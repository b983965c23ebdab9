using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.EndToEnd.Tests.FrontDoor;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.Secrets;

/// <summary>Whatever goes wrong or well: passphrases, private keys, passwords and tokens never stand in what is written.</summary>
public sealed class CanaryTests : IDisposable
{
    private static readonly string Hex = new('d', 64);
    private static readonly string Run = RunFiles.TaskRun("canary", "https://downloads.example.com/canary", Hex);

    private readonly TemporaryFolder folder = new();
    private readonly Canaries canaries = new();

    public static TheoryData<int, string> Registries { get; } = new()
    {
        { 401, "Basic realm=\"r\"" },
        { 401, "Bearer realm=\"http://{0}/token\",service=\"s\"" },
        { 401, "Digest realm=\"r\"" },
        { 403, "" },
        { 302, "" },
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task No_passphrase_and_no_private_key_is_written_by_what_uses_them()
    {
        var right = Environment("PROVENANCE_PASSPHRASE", canaries.Passphrase);
        (await canaries.RunAsync("", right, "key", "generate", "--out", folder["sealed.key"])).ShouldEndWith(0);
        canaries.AddKey(await File.ReadAllTextAsync(folder["sealed.key"]));
        await File.WriteAllTextAsync(folder["plain.key"], canaries.Key);
        await File.WriteAllTextAsync(folder["broken.key"], canaries.Key.Replace("MIG", "MIX", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["cut.key"], canaries.Key[..^60]);
        await File.WriteAllTextAsync(folder["cosign.key"], canaries.Key.Replace("PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["box.key"], canaries.Key.Replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", StringComparison.Ordinal));

        (await canaries.RunAsync("", right, "key", "generate", "--out", folder["sealed.key"])).ShouldEndWith(2);
        (await canaries.RunAsync("", right, "key", "generate", "--out", folder["absent/sealed.key"])).ShouldEndWith(2);
        foreach (string output in new[] { "text", "json" })
        {
            (await AttestAsync(right, "sealed.key", output)).ShouldEndWith(0);
            (await AttestAsync(Environment("PROVENANCE_PASSPHRASE", canaries.New("wrong")), "sealed.key", output)).ShouldEndWith(2);
            (await AttestAsync(Environment("COSIGN_PASSWORD", canaries.New("wrong")), "sealed.key", output)).ShouldEndWith(2);
            (await AttestAsync([], "sealed.key", output)).ShouldEndWith(2);
            (await AttestAsync(right, "plain.key", output)).ShouldEndWith(0);
            foreach (string key in new[] { "broken.key", "cut.key", "cosign.key", "box.key", "." })
            {
                (await AttestAsync(right, key, output)).ShouldEndWith(2);
            }

            await canaries.RunAsync("", right, "up", "--once", "--key", folder["sealed.key"], "--data", folder["up-" + output], "--port", "0", "-o", output, Executable.Samples);
            await canaries.RunAsync("", right, "verify", folder["sealed.key"], "--key", folder["plain.key"], "-o", output);
            await canaries.RunAsync("", right, "bundle", "inspect", folder["plain.key"]);
            await canaries.RunAsync("", right, "trust", "show", folder["plain.key"]);
            await canaries.RunAsync("", right, "attest", folder["plain.key"], "--key", folder["plain.key"], "--builder-id", "https://ci.example.com/x", "-o", output);
            await canaries.RunAsync("", right, "store", "--data", folder["store"], "--listen", "127.0.0.1:0", "--tls-cert", folder["plain.key"], "--tls-key", folder["plain.key"]);
            await canaries.RunAsync("", right, "store", "--data", folder["store"], "--listen", "127.0.0.1:0", "--htpasswd", folder["plain.key"]);
            await canaries.RunAsync("", right, "store", "--config", folder["plain.key"]);
            await canaries.RunAsync("", right, "watch", "--key", folder["sealed.key"], "--kubeconfig", folder["plain.key"], "--builder-id", "https://ci.example.com/x");
        }

        canaries.KeepFiles(folder.Path, "sealed.key", "plain.key", "broken.key", "cut.key", "cosign.key", "box.key");
        canaries.ShouldBeNowhere();
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public async Task No_password_and_no_token_is_written_even_where_a_registry_says_them_back(int status, string challenge)
    {
        string address = "";
        await using var registry = await ScriptedServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsJsonAsync(new { token = canaries.Token, access_token = canaries.Token });
                return;
            }

            context.Response.Headers.WWWAuthenticate = challenge.Replace("{0}", address, StringComparison.Ordinal);
            context.Response.Headers.Location = $"http://{address}/elsewhere";
            await Canaries.Echo(context, (HttpStatusCode)status);
        });
        address = registry.Address;
        await File.WriteAllTextAsync(folder["plain.key"], canaries.Key);
        await WriteDockerConfigurationAsync(address);
        var environment = Environment("DOCKER_CONFIG", folder.Path);
        foreach (string output in new[] { "text", "json" })
        {
            (await canaries.RunAsync("", environment, "verify", $"{address}/a@sha256:{Hex}", "--key", folder["plain.key"].Replace("plain", "absent", StringComparison.Ordinal), "-o", output)).ShouldEndWith(2);
            (await AttestAsync(environment, "plain.key", output, "--repository", $"{address}/a")).ExitCode.Should().BeOneOf(1, 3);
            await File.WriteAllTextAsync(folder["any.pub"], Forged.PublicKey);
            (await canaries.RunAsync("", environment, "verify", $"{address}/a@sha256:{Hex}", "--key", folder["any.pub"], "-o", output)).ExitCode.Should().BeOneOf(3, 4);
        }

        canaries.KeepFiles(folder.Path, "plain.key", "config.json");
        canaries.ShouldBeNowhere();
        if (challenge.StartsWith('B'))
        {
            registry.Requests.Should().Contain(static asked => asked.Contains("Basic ", StringComparison.Ordinal), "otherwise nothing was at stake");
        }
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task No_token_of_a_cluster_is_written_nor_sent_in_the_clear(int status)
    {
        await using var server = await ScriptedServer.StartAsync(context => Canaries.Echo(context, (HttpStatusCode)status));
        await File.WriteAllTextAsync(folder["plain.key"], canaries.Key);
        await File.WriteAllTextAsync(folder["kubeconfig"], $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "http://{{server.Address}}" } }]
            users: [{name: u, user: {token: "{{canaries.Token}}" } }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            """);
        var process = Executable.Start(
            new Dictionary<string, string>(),
            "watch", "--key", folder["plain.key"], "--kubeconfig", folder["kubeconfig"], "--data", folder["watch"], "--listen", "127.0.0.1:0", "--builder-id", "https://ci.example.com/x", "-o", "json");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            while (!process.HasExited && server.Requests.Count < 3)
            {
                await Task.Delay(50, limit.Token);
            }
        }

        Executable.Kill(process);
        canaries.Keep("watch", await output + await error);
        process.Dispose();

        canaries.KeepFiles(folder.Path, "plain.key", "kubeconfig");
        canaries.ShouldBeNowhere();
        server.Requests.Should().NotBeEmpty().And.NotContain(asked => asked.Contains(canaries.Token, StringComparison.Ordinal), "the address is not encrypted");
    }

    [Fact]
    public async Task No_credentials_of_an_object_store_are_written_where_it_refuses_them()
    {
        await using var server = await ScriptedServer.StartAsync(static context => Canaries.Echo(context, HttpStatusCode.Forbidden));
        await File.WriteAllTextAsync(folder["store.yaml"], $$"""
            apiVersion: provenance.dev/v1alpha1
            kind: Store
            spec:
              listen: "127.0.0.1:0"
              backend: {s3: {bucket: b, region: eu-1, endpoint: "http://{{server.Address}}" } }
            """);
        var environment = Environment("AWS_SECRET_ACCESS_KEY", canaries.New("secret"));
        environment["AWS_ACCESS_KEY_ID"] = "AKIAEXAMPLE";
        environment["AWS_SESSION_TOKEN"] = canaries.New("session");

        await canaries.RunAsync("", environment, "store", "scrub", "--data", folder["data"], "--config", folder["store.yaml"]);
        await canaries.RunAsync("", environment, "store", "gc", "--data", folder["data"], "--config", folder["store.yaml"]);

        canaries.KeepFiles(folder.Path);
        canaries.ShouldBeNowhere();
    }

    private static Dictionary<string, string> Environment(string name, string value) => new() { [name] = value };

    private Task<CommandResult> AttestAsync(Dictionary<string, string> environment, string key, string output, params string[] more) => canaries.RunAsync(
        Run, environment, ["attest", "-", "--key", folder[key], "--builder-id", "https://ci.example.com/test", "-o", output, .. more is [] ? ["--bundle", folder[$"bundle-{output}.json"]] : more]);

    private Task WriteDockerConfigurationAsync(string address)
    {
        var login = new JsonObject { ["username"] = "canary", ["password"] = canaries.Password };
        return File.WriteAllTextAsync(folder["config.json"], new JsonObject { ["auths"] = new JsonObject { [address] = login } }.ToJsonString());
    }

    private static class Forged
    {
        public static string PublicKey { get; } = MakePublicKey();

        private static string MakePublicKey()
        {
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
            return key.ExportSubjectPublicKeyInfoPem() + "\n";
        }
    }
}
