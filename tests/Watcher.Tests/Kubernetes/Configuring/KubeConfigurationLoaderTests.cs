using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Tests.Kubernetes.Configuring;

public sealed class KubeConfigurationLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority authority = new();
    private readonly ManualTime time = new();

    public void Dispose()
    {
        folder.Dispose();
        authority.Dispose();
    }

    [Fact]
    public void The_first_of_several_files_wins_and_missing_ones_do_not_matter()
    {
        string first = Write("one/config", """
            current-context: dev
            contexts: [{name: dev, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://first.example:6443"}}]
            """);
        string second = Write("two/config", """
            current-context: other
            contexts: [{name: dev, context: {cluster: wrong}}, {name: other, context: {cluster: d, namespace: team}}]
            clusters: [{name: c, cluster: {server: "https://wrong.example"}}, {name: d, cluster: {server: "https://second.example/k8s/c"}}]
            users: [{name: u, user: {token: t}}]
            """);
        string[] paths = [folder["none"], first, second];
        var dev = KubeConfigurationLoader.Load(paths, context: null, time);
        (dev.Server, dev.Namespace).Should().Be((new Uri("https://first.example:6443/"), "default"));
        dev.Credentials.Should().NotBeNull();
        var other = KubeConfigurationLoader.Load(paths, "other", time);
        (other.Server, other.Namespace).Should().Be((new Uri("https://second.example/k8s/c/"), "team"));
        other.Credentials.Should().BeNull();
    }

    [Fact]
    public async Task Relative_paths_count_from_the_file_that_names_them()
    {
        var (certificate, key) = authority.Client("me");
        Write("cluster/ca.crt", authority.Pem + new TestAuthority("second").Pem);
        Write("cluster/me.crt", certificate);
        Write("cluster/me.key", key);
        string path = Write("cluster/config", Config("certificate-authority: ca.crt", "client-certificate: me.crt, client-key: ./me.key"));
        var configuration = KubeConfigurationLoader.Load(path, null, time);
        configuration.Roots!.Read().Should().HaveCount(2);
        (await configuration.Credentials!.ReadAsync(CancellationToken.None)).Certificate!.Subject.Should().Be("CN=me");
    }

    [Fact]
    public async Task The_token_of_a_file_comes_before_the_token_beside_it()
    {
        Write("token", "from-file\n");
        var credentials = KubeConfigurationLoader.Load(Write("config", Config("", "token: beside, tokenFile: token")), null, time).Credentials!;
        (await credentials.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer from-file");
        var without = KubeConfigurationLoader.Load(Write("config", Config("", "token: beside, tokenFile: nowhere")), null, time).Credentials!;
        (await without.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer beside");
    }

    [Fact]
    public async Task A_token_file_is_read_again_after_a_minute_and_after_a_refusal()
    {
        Write("token", "first");
        var credentials = KubeConfigurationLoader.Load(Write("config", Config("", "tokenFile: token")), null, time).Credentials!;
        var first = await credentials.ReadAsync(CancellationToken.None);
        Write("token", "second");
        time.Advance(TimeSpan.FromSeconds(59));
        (await credentials.ReadAsync(CancellationToken.None)).Should().BeSameAs(first);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await credentials.ReadAsync(CancellationToken.None);
        second.Authorization.Should().Be("Bearer second");
        Write("token", "third");
        credentials.Reject(second);
        (await credentials.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer third");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_certificate_is_read_again_and_half_a_renewal_changes_nothing(bool rsa)
    {
        var (oldCertificate, oldKey) = authority.Client("old", rsa);
        var (newCertificate, newKey) = authority.Client("new", rsa);
        Write("c", oldCertificate);
        Write("k", oldKey);
        var credentials = KubeConfigurationLoader.Load(Write("config", Config("", "client-certificate: c, client-key: k")), null, time).Credentials!;
        (await credentials.ReadAsync(CancellationToken.None)).Certificate!.Subject.Should().Be("CN=old");
        Write("c", newCertificate);
        time.Advance(TimeSpan.FromMinutes(1));
        (await credentials.ReadAsync(CancellationToken.None)).Certificate!.Subject.Should().Be("CN=old");
        Write("k", newKey);
        time.Advance(TimeSpan.FromMinutes(1));
        var renewed = (await credentials.ReadAsync(CancellationToken.None)).Certificate!;
        (renewed.Subject, renewed.HasPrivateKey).Should().Be(("CN=new", true));
    }

    [Fact]
    public void Names_that_YAML_takes_for_numbers_are_names()
    {
        string path = Write("config", """
            current-context: 1e3
            contexts: [{name: 1e3, context: {cluster: 10, namespace: 7}}]
            clusters: [{name: 10, cluster: {server: "http://127.0.0.1:8001"}}]
            """);
        KubeConfigurationLoader.Load(path, null, time).Namespace.Should().Be("7");
    }

    [Fact]
    public void No_credential_is_there_for_a_server_without_TLS() =>
        KubeConfigurationLoader.Load(Write("config", Config("", "token: secret").Replace("https:", "http:", StringComparison.Ordinal)), null, time).Credentials.Should().BeNull();

    [Theory]
    [InlineData("insecure-skip-tls-verify: true, certificate-authority: ca.crt", "token: t", "*names a certificate authority and skips verification*")]
    [InlineData("insecure-skip-tls-verify: maybe", "token: t", "*insecure-skip-tls-verify is neither true nor false*")]
    [InlineData("certificate-authority: nowhere", "token: t", "*nowhere cannot be read*")]
    [InlineData("certificate-authority-data: '!'", "token: t", "*certificate-authority-data is no base64*")]
    [InlineData("certificate-authority-data: aGFsbG8=", "token: t", "*holds 0 certificates*")]
    [InlineData("proxy-url: 'ftp://x'", "token: t", "*proxy-url is no http*")]
    [InlineData("proxy-url: 'http://x', tls-server-name: y", "token: t", "*together they are not supported*")]
    [InlineData("", "auth-provider: {name: gcp}", "*auth-provider*exec plugin*")]
    [InlineData("", "token: t, as: admin", "*impersonates*")]
    [InlineData("", "token: t, username: u", "*both a token and a user name*")]
    [InlineData("", "client-certificate: c", "*without its key*")]
    [InlineData("", "token: t, exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: x}", "*exec plugin and another credential*")]
    [InlineData("", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "*neither client.authentication.k8s.io/v1 nor v1beta1*")]
    [InlineData("", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", "*interactiveMode must be*")]
    [InlineData("", "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: x}", "*interactiveMode must be*")]
    public void What_cannot_be_used_is_refused_with_its_place(string cluster, string user, string message)
    {
        Write("ca.crt", authority.Pem);
        string path = Write("config", Config(cluster, user));
        var load = () => KubeConfigurationLoader.Load(path, null, time);
        load.Should().Throw<ClusterConfigurationException>().WithMessage(message);
    }

    [Theory]
    [InlineData("a: &x b\nc: *x")]
    [InlineData("{")]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("contexts: []")]
    public void What_is_no_kubeconfig_is_refused(string text)
    {
        string path = Write("config", text);
        var load = () => KubeConfigurationLoader.Load(path, null, time);
        load.Should().Throw<ClusterConfigurationException>();
    }

    [Fact]
    public void A_file_without_end_is_refused()
    {
        var load = () => KubeConfigurationLoader.Load("/dev/zero", null, time);
        load.Should().Throw<ClusterConfigurationException>().WithMessage("/dev/zero has more than *");
    }

    private static string Config(string cluster, string user) => $$$"""
        current-context: x
        contexts: [{name: x, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"{{{(cluster.Length > 0 ? ", " + cluster : "")}}} } }]
        users: [{name: u, user: { {{{user}}} } }]
        """;

    private string Write(string name, string text)
    {
        string path = folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
