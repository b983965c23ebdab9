using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;

namespace Provenance.Watcher.Tests.Kubernetes.Connecting;

public sealed class CredentialTests : IAsyncLifetime, IDisposable
{
    private static readonly ObjectAddress Run = new() { Group = "tekton.dev", Version = "v1", Plural = "taskruns", Namespace = "ns", Name = "a" };

    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority authority = new();
    private readonly ManualTime time = new();
    private readonly RecordingObserver observer = new();
    private StubApiServer server = null!;

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync(authority.Server("127.0.0.1"));
        Following.Store(server.Serve("tekton.dev", "v1", "taskruns"), "a");
        await File.WriteAllTextAsync(folder["ca.crt"], authority.Pem);
        await File.WriteAllTextAsync(folder["token"], "old");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    public void Dispose()
    {
        folder.Dispose();
        authority.Dispose();
    }

    [Fact]
    public async Task A_token_that_is_refused_is_read_again_once()
    {
        await using var api = Connect(new ConfiguredCredentials { TokenFile = new RereadFile(folder["token"], time) });
        await api.GetAsync(Run, CancellationToken.None);
        server.Accepts = static header => header is "Bearer new";
        await File.WriteAllTextAsync(folder["token"], "new");
        (await api.GetAsync(Run, CancellationToken.None)).Should().NotBeNull();
        observer.Requests.Should().Equal("get taskruns.tekton.dev 200", "get taskruns.tekton.dev 401", "get taskruns.tekton.dev 200");
        server.Accepts = static _ => false;
        var get = () => api.GetAsync(Run, CancellationToken.None);
        var refusal = (await get.Should().ThrowAsync<KubernetesApiException>()).Which;
        refusal.Status.Should().Be(401);
        refusal.Message.Should().Contain("Unauthorized: Bearer (withheld)").And.EndWith("renew it.", "what the server says back of the credential is no matter for logs");
        observer.Requests.Should().HaveCount(5, "twice is enough");
    }

    [Fact]
    public async Task A_client_certificate_is_shown_and_a_renewed_one_after_it()
    {
        foreach (string name in (string[])["first", "second"])
        {
            var (certificate, key) = authority.Client(name, rsa: name is "second");
            await File.WriteAllTextAsync(folder["crt"], certificate);
            await File.WriteAllTextAsync(folder["key"], key);
            time.Jump(TimeSpan.FromMinutes(1));
            await using var api = Connect(Certificate());
            await api.GetAsync(Run, CancellationToken.None);
        }

        server.Requests.Select(static r => r.Client).Should().Equal("CN=first", "CN=second");
    }

    [Fact]
    public async Task A_renewed_client_certificate_is_shown_by_the_same_client()
    {
        await WriteClientAsync("first");
        await using var api = Connect(Certificate());
        await api.GetAsync(Run, CancellationToken.None);
        await WriteClientAsync("second");
        await api.GetAsync(Run, CancellationToken.None);
        time.Jump(TimeSpan.FromMinutes(1));
        await api.GetAsync(Run, CancellationToken.None);
        server.Requests.Select(static r => r.Client).Should().Equal("CN=first", "CN=first", "CN=second");
    }

    [Fact]
    public async Task A_renewed_authority_is_taken_within_a_minute()
    {
        using var other = new TestAuthority("next");
        await File.WriteAllTextAsync(folder["ca.crt"], other.Pem);
        await using var api = Connect(credentials: null);
        var get = () => api.GetAsync(Run, CancellationToken.None);
        await get.Should().ThrowAsync<KubernetesApiException>();
        await File.WriteAllTextAsync(folder["ca.crt"], other.Pem + authority.Pem);
        time.Jump(TimeSpan.FromMinutes(1));
        (await api.GetAsync(Run, CancellationToken.None)).Should().NotBeNull();
    }

    [Fact]
    public async Task Watches_have_a_connection_of_their_own()
    {
        await using var api = Connect(credentials: null);
        using var stop = new CancellationTokenSource();
        var handler = new RecordingHandler();
        var following = api.FollowAsync(Following.Resource, null, handler, stop.Token);
        await Eventually.HoldsAsync(() => server.Requests.Any(static r => r.Verb is "watch"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.GetAsync(Run, CancellationToken.None)));
        server.Requests.Should().OnlyContain(static r => r.Protocol == "HTTP/2");
        string watch = server.Requests.Single(static r => r.Verb is "watch").Connection;
        string[] others = [.. server.Requests.Where(static r => r.Verb is "get").Select(static r => r.Connection).Distinct()];
        others.Should().NotContain(watch);
        await stop.CancelAsync();
        await following.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Requests_go_through_the_proxy_of_the_configuration()
    {
        await using var proxy = await StubApiServer.StartAsync();
        Following.Store(proxy.Serve("tekton.dev", "v1", "taskruns"), "a");
        await using var api = KubernetesApi.Connect(new ClusterConfiguration { Server = new Uri("http://cluster.invalid/"), Proxy = proxy.Uri }, observer, time);
        (await api.GetAsync(Run, CancellationToken.None)).Should().NotBeNull();
    }

    [Fact]
    public async Task No_credential_is_sent_over_plain_http()
    {
        await using var plain = await StubApiServer.StartAsync();
        Following.Store(plain.Serve("tekton.dev", "v1", "taskruns"), "a");
        await using var api = KubernetesApi.Connect(new ClusterConfiguration { Server = plain.Uri, Credentials = new ConfiguredCredentials { Token = "secret" } }, observer, time);
        (await api.GetAsync(Run, CancellationToken.None)).Should().NotBeNull();
        plain.Requests.Should().ContainSingle().Which.Authorization.Should().BeEmpty();
    }

    [Fact]
    public async Task A_credential_that_cannot_be_read_fails_the_request_and_names_the_file()
    {
        await using var api = Connect(new ConfiguredCredentials { TokenFile = new RereadFile(folder["gone"], time) });
        var get = () => api.GetAsync(Run, CancellationToken.None);
        (await get.Should().ThrowAsync<KubernetesApiException>()).WithMessage("Cannot get taskruns.tekton.dev ns/a: *gone cannot be read*").Which.IsTransient.Should().BeTrue();
    }

    private ConfiguredCredentials Certificate() => new()
    {
        Certificate = new ClientCertificate(new ConfiguredBytes(new RereadFile(folder["crt"], time)), new ConfiguredBytes(new RereadFile(folder["key"], time))),
    };

    private async Task WriteClientAsync(string name)
    {
        var (certificate, key) = authority.Client(name);
        await File.WriteAllTextAsync(folder["crt"], certificate);
        await File.WriteAllTextAsync(folder["key"], key);
    }

    private KubernetesApi Connect(ICredentialSource? credentials) => KubernetesApi.Connect(
        new ClusterConfiguration
        {
            Server = server.Uri,
            Roots = new TrustedRoots(new ConfiguredBytes(new RereadFile(folder["ca.crt"], time))),
            Credentials = credentials,
        },
        observer,
        time);
}
