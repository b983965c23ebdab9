using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Tests.Kubernetes.Configuring;

public sealed class InClusterConfigurationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();
    private readonly TestAuthority authority = new();

    public InClusterConfigurationTests()
    {
        File.WriteAllText(folder["token"], "first");
        File.WriteAllText(folder["ca.crt"], authority.Pem);
        File.WriteAllText(folder["namespace"], "provenance\n");
    }

    public void Dispose()
    {
        folder.Dispose();
        authority.Dispose();
    }

    [Theory]
    [InlineData("10.96.0.1", "https://10.96.0.1/")]
    [InlineData("fd00::1", "https://[fd00::1]/")]
    [InlineData("kubernetes.default.svc", "https://kubernetes.default.svc/")]
    public void The_address_comes_from_the_environment(string host, string server)
    {
        var configuration = Load(host);
        configuration.Server.Should().Be(new Uri(server));
        configuration.Namespace.Should().Be("provenance");
    }

    [Theory]
    [InlineData("host/path", "443")]
    [InlineData("user@host", "0")]
    [InlineData("host", "70000")]
    [InlineData("", "443")]
    public void An_environment_that_names_no_server_is_refused(string host, string port)
    {
        var load = () => Load(host, port);
        load.Should().Throw<ClusterConfigurationException>();
    }

    [Fact]
    public void Without_an_authority_nobody_is_trusted()
    {
        File.Delete(folder["ca.crt"]);
        var load = () => Load("10.96.0.1");
        load.Should().Throw<ClusterConfigurationException>().WithMessage("*ca.crt cannot be read*");
    }

    [Fact]
    public async Task Token_and_authority_are_at_most_a_minute_old()
    {
        var configuration = Load("10.96.0.1");
        var roots = configuration.Roots!.Read();
        using var other = new TestAuthority("other");
        File.WriteAllText(folder["token"], "second");
        File.WriteAllText(folder["ca.crt"], other.Pem);
        configuration.Roots.Read().Should().BeSameAs(roots);
        time.Advance(TimeSpan.FromMinutes(1));
        configuration.Roots.Read().Should().ContainSingle().Which.Subject.Should().Be("CN=other");
        (await configuration.Credentials!.ReadAsync(CancellationToken.None)).Authorization.Should().Be("Bearer second");
    }

    private ClusterConfiguration Load(string host, string port = "443") =>
        InClusterConfiguration.Load(name => name is "KUBERNETES_SERVICE_HOST" ? host : port, folder.Path, time);
}
