using System.Text.Json;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Tests.Kubernetes.Configuring;

public sealed class PluginCredentialsTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task The_plugin_is_told_of_the_cluster_and_its_token_is_used(string version)
    {
        var credentials = Load($$"""
            printf '%s' "$KUBERNETES_EXEC_INFO" > {{folder["told"]}}
            printf '%s' "$1 $EXTRA" > {{folder["called"]}}
            echo '{"apiVersion":"client.authentication.k8s.io/{{version}}","kind":"ExecCredential","status":{"token":"t1"} }'
            """, $"client.authentication.k8s.io/{version}");
        (await credentials.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer t1");
        File.ReadAllText(folder["called"]).Should().Be("login more");
        using var told = JsonDocument.Parse(File.ReadAllText(folder["told"]));
        told.RootElement.GetProperty("kind").GetString().Should().Be("ExecCredential");
        told.RootElement.GetProperty("apiVersion").GetString().Should().Be($"client.authentication.k8s.io/{version}");
        var spec = told.RootElement.GetProperty("spec");
        spec.GetProperty("interactive").GetBoolean().Should().BeFalse();
        spec.GetProperty("cluster").GetProperty("server").GetString().Should().Be("https://127.0.0.1:6443");
        spec.GetProperty("cluster").GetProperty("config").GetProperty("audience").GetString().Should().Be("here");
    }

    [Fact]
    public async Task The_credential_is_kept_until_it_expires_or_is_refused()
    {
        // Nine digits of a second and an offset, as some plugins write them.
        var credentials = Load(Counting("\"expirationTimestamp\":\"2026-11-20T13:10:00.123456789+01:00\","));
        var first = await credentials.ReadAsync(CancellationToken.None);
        first.Authorization.Should().Be("Bearer t1");
        (await credentials.ReadAsync(CancellationToken.None)).Should().BeSameAs(first);
        credentials.Reject(first);
        var second = await credentials.ReadAsync(CancellationToken.None);
        second.Authorization.Should().Be("Bearer t2");
        credentials.Reject(first);
        (await credentials.ReadAsync(CancellationToken.None)).Should().BeSameAs(second, "the first was refused late");
        time.Jump(TimeSpan.FromMinutes(11));
        (await credentials.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer t3");
    }

    [Fact]
    public async Task Many_callers_run_the_plugin_once()
    {
        var credentials = Load("sleep 0.2\n" + Counting(""));
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => credentials.ReadAsync(CancellationToken.None).AsTask()));
        all.Should().OnlyContain(static c => c.Authorization == "Bearer t1");
    }

    [Fact]
    public async Task The_plugin_may_give_a_certificate()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Client("plugin");
        string answer = JsonSerializer.Serialize(new { apiVersion = V1, kind = "ExecCredential", status = new { clientCertificateData = certificate, clientKeyData = key } });
        await File.WriteAllTextAsync(folder["answer"], answer);
        var credential = await Load($"cat {folder["answer"]}").ReadAsync(CancellationToken.None);
        credential.Authorization.Should().BeNull();
        credential.Certificate!.Subject.Should().Be("CN=plugin");
    }

    [Theory]
    [InlineData("exit 3", "*ended with 3*")]
    [InlineData("echo secret-token", "*is no JSON.")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t"}}'""", "*is no ExecCredential of client.authentication.k8s.io/v1.")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredentials","status":{"token":"t"}}'""", "*is no ExecCredential of*")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{}}'""", "*neither a token nor a certificate.")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"secret with blanks"}}'""", "*characters that no token has.")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","clientKeyData":"k"}}'""", "*without its certificate.")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"soon"}}'""", "*that is no time.")]
    [InlineData("yes", "*wrote more than 1048576 bytes.")]
    public async Task What_the_plugin_does_wrong_is_said_without_its_words(string script, string message)
    {
        var read = () => Load(script).ReadAsync(CancellationToken.None).AsTask();
        (await read.Should().ThrowAsync<ClusterConfigurationException>()).WithMessage(message).Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_ended_after_a_minute()
    {
        var reading = Load("sleep 1000").ReadAsync(CancellationToken.None).AsTask();
        await Eventually.HoldsAsync(() => time.Pending.Count is 1);
        time.Advance(TimeSpan.FromMinutes(1));
        var read = () => reading;
        (await read.Should().ThrowAsync<ClusterConfigurationException>()).WithMessage("*gave no answer in 60 s.");
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_named_with_the_way_to_get_it()
    {
        File.WriteAllText(folder["config"], Config("./not-there", V1));
        var read = () => KubeConfigurationLoader.Load(folder["config"], null, time).Credentials!.ReadAsync(CancellationToken.None).AsTask();
        (await read.Should().ThrowAsync<ClusterConfigurationException>()).WithMessage("*not-there could not be started*Install it.*");
    }

    private static string Config(string command, string version) => $$$"""
        current-context: x
        contexts: [{name: x, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: here} }] } }]
        users: [{name: u, user: {exec: {apiVersion: {{{version}}}, interactiveMode: Never, command: {{{command}}}, args: [login], env: [{name: EXTRA, value: more}], provideClusterInfo: true, installHint: Install it.} } }]
        """;

    private string Counting(string members) => $$"""
        echo x >> {{folder["calls"]}}
        echo "{\"apiVersion\":\"{{V1}}\",\"kind\":\"ExecCredential\",\"status\":{ {{members.Replace("\"", "\\\"", StringComparison.Ordinal)}}\"token\":\"t$(wc -l < {{folder["calls"]}} | tr -d ' ')\"} }"
        """;

    private ICredentialSource Load(string script, string version = V1)
    {
        File.WriteAllText(folder["plugin"], "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["plugin"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(folder["config"], Config("./plugin", version));
        return KubeConfigurationLoader.Load(folder["config"], null, time).Credentials!;
    }
}
