using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;

namespace Provenance.Watcher.Tests.Kubernetes.Connecting;

/// <summary>Who is taken for the API server: exactly the one whom the cluster's own authority names.</summary>
public sealed class ServerIdentityTests : IDisposable
{
    private static readonly ObjectAddress Run = new() { Group = "tekton.dev", Version = "v1", Plural = "taskruns", Namespace = "ns", Name = "a" };

    private readonly TestAuthority authority = new();
    private readonly TestAuthority stranger = new("stranger");

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public async Task The_authority_of_the_cluster_vouches_for_the_server_also_out_of_a_bundle()
    {
        await using var server = await StartAsync(authority.Server("127.0.0.1"));
        (await GetAsync(server, stranger.Pem + authority.Pem)).Should().NotBeNull();
        server.Requests.Should().ContainSingle().Which.Protocol.Should().Be("HTTP/2");
    }

    [Fact]
    public async Task A_server_of_an_authority_that_the_system_trusts_is_refused()
    {
        using var systemRoot = X509CertificateLoader.LoadCertificate(X509Certificate2.CreateFromPem(stranger.Pem).RawData);
        using var store = new X509Store(StoreName.Root, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(systemRoot);
        try
        {
            await using var server = await StartAsync(stranger.Server("127.0.0.1"));
            await TrustOfTheSystemAsync(server.Uri);
            var get = () => GetAsync(server, authority.Pem);
            (await get.Should().ThrowAsync<KubernetesApiException>()).Which.Reason.Should().Be("Tls");
            server.Requests.Should().BeEmpty("the credential never left");
        }
        finally
        {
            store.Remove(systemRoot);
        }
    }

    [Fact]
    public async Task A_server_of_the_right_authority_under_another_name_is_refused()
    {
        await using var server = await StartAsync(authority.Server("another.example", "127.0.0.2"));
        var get = () => GetAsync(server, authority.Pem);
        var refusal = (await get.Should().ThrowAsync<KubernetesApiException>()).Which;
        (refusal.Status, refusal.Reason, refusal.IsTransient).Should().Be((0, "Tls", false));
        refusal.Message.Should().Contain("RemoteCertificateNameMismatch").And.Contain("Check the certificate authority");
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task The_name_to_verify_may_be_another_than_that_of_the_address()
    {
        await using var server = await StartAsync(authority.Server("kubernetes.default.svc"));
        (await GetAsync(server, authority.Pem, "kubernetes.default.svc")).Should().NotBeNull();
        server.Requests.Should().ContainSingle().Which.Protocol.Should().Be("HTTP/2");
        var get = () => GetAsync(server, authority.Pem, "kubernetes.default");
        (await get.Should().ThrowAsync<KubernetesApiException>()).Which.Reason.Should().Be("Tls");
        var other = () => GetAsync(server, stranger.Pem, "kubernetes.default.svc");
        (await other.Should().ThrowAsync<KubernetesApiException>()).Which.Reason.Should().Be("Tls");
    }

    [Fact]
    public async Task Without_an_authority_that_of_the_system_counts_and_skipping_must_be_asked_for()
    {
        await using var server = await StartAsync(authority.Server("another.example"));
        await using var system = Connect(new ClusterConfiguration { Server = server.Uri });
        var get = () => system.GetAsync(Run, CancellationToken.None);
        (await get.Should().ThrowAsync<KubernetesApiException>()).Which.Reason.Should().Be("Tls");
        await using var skipping = Connect(new ClusterConfiguration { Server = server.Uri, WithoutServerIdentityUnsafe = true });
        (await skipping.GetAsync(Run, CancellationToken.None)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var server = await StartAsync(authority.Server("127.0.0.1"));
        await using var elsewhere = await StartAsync(authority.Server("127.0.0.1"));
        server.Fail(static _ => true, c =>
        {
            c.Response.Redirect(new Uri(elsewhere.Uri, "/apis/tekton.dev/v1/namespaces/ns/taskruns/a").ToString());
            return Task.CompletedTask;
        });
        var get = () => GetAsync(server, authority.Pem);
        (await get.Should().ThrowAsync<KubernetesApiException>()).Which.Status.Should().Be(302);
        elsewhere.Requests.Should().BeEmpty();
    }

    private static KubernetesApi Connect(ClusterConfiguration configuration) => KubernetesApi.Connect(configuration, new RecordingObserver(), TimeProvider.System);

    private static async Task<StubApiServer> StartAsync(X509Certificate2 certificate)
    {
        var server = await StubApiServer.StartAsync(certificate);
        Following.Store(server.Serve("tekton.dev", "v1", "taskruns"), "a");
        return server;
    }

    private static async Task<byte[]?> GetAsync(StubApiServer server, string pem, string? name = null)
    {
        await using var api = Connect(new ClusterConfiguration
        {
            Server = server.Uri,
            TlsServerName = name,
            Roots = new TrustedRoots(new ConfiguredBytes(System.Text.Encoding.UTF8.GetBytes(pem))),
            Credentials = new ConfiguredCredentials { Token = "t" },
        });
        return await api.GetAsync(Run, CancellationToken.None);
    }

    /// <summary>Waits until the runtime, which looks at the system's authorities now and then, takes the server for genuine.</summary>
    private static async Task TrustOfTheSystemAsync(Uri server)
    {
        for (int i = 0; ; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port);
            await using var stream = new SslStream(client.GetStream());
            try
            {
                await stream.AuthenticateAsClientAsync("127.0.0.1");
                return;
            }
            catch (AuthenticationException) when (i < 300)
            {
                await Task.Delay(100);
            }
        }
    }
}
