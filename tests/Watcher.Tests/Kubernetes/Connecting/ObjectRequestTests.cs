using System.Text;
using System.Text.Json;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Connecting;
using Provenance.Watcher.Kubernetes.Leases;

namespace Provenance.Watcher.Tests.Kubernetes.Connecting;

public sealed class ObjectRequestTests : IAsyncLifetime
{
    private static readonly ObjectAddress Lease = new() { Group = "coordination.k8s.io", Version = "v1", Plural = "leases", Namespace = "ns", Name = "n" };

    private readonly RecordingObserver observer = new();
    private readonly ManualTime time = new();
    private StubApiServer server = null!;
    private KubernetesApi api = null!;

    public async Task InitializeAsync()
    {
        server = await StubApiServer.StartAsync();
        server.Serve("coordination.k8s.io", "v1", "leases");
        api = KubernetesApi.Connect(ClusterConfiguration.Anonymous(server.Uri), observer, time);
    }

    public async Task DisposeAsync()
    {
        await api.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Objects_are_created_read_replaced_patched_and_applied()
    {
        (await api.GetAsync(Lease, CancellationToken.None)).Should().BeNull();
        (await api.MergePatchAsync(Lease, "{}"u8.ToArray(), CancellationToken.None)).Should().BeNull();
        byte[] created = await CreateAsync();
        (await api.GetAsync(Lease, CancellationToken.None)).Should().Equal(created);
        byte[]? patched = await api.MergePatchAsync(Lease, """{"metadata":{"annotations":{"a":"1"}}}"""u8.ToArray(), CancellationToken.None);
        Encoding.UTF8.GetString(patched!).Should().Contain("\"a\":\"1\"");
        await api.ReplaceAsync(Lease, patched!, CancellationToken.None);
        byte[]? applied = await api.ApplyAsync(Lease, "owner", force: false, """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"annotations":{"b":"2"}}}"""u8.ToArray(), CancellationToken.None);
        byte[]? again = await api.ApplyAsync(Lease, "owner", force: false, """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"annotations":{"b":"2"}}}"""u8.ToArray(), CancellationToken.None);
        again.Should().Equal(applied, "what changes nothing is not written");
        server.Requests[^1].Target.Should().Be("/apis/coordination.k8s.io/v1/namespaces/ns/leases/n?fieldManager=owner");
        observer.Requests.Select(static r => r.Split(' ')[0]).Should().Equal("get", "patch", "create", "get", "patch", "update", "apply", "apply");
    }

    [Fact]
    public async Task Conflicts_are_told_apart()
    {
        byte[] created = await CreateAsync();
        (await ConflictAsync(() => CreateAsync())).Should().Be(ApiConflict.AlreadyExists);
        await api.MergePatchAsync(Lease, """{"metadata":{"annotations":{"a":"1"}}}"""u8.ToArray(), CancellationToken.None);
        (await ConflictAsync(() => api.ReplaceAsync(Lease, created, CancellationToken.None))).Should().Be(ApiConflict.ResourceVersion);
        (await ConflictAsync(() => api.MergePatchAsync(Lease, """{"metadata":{"resourceVersion":"1","annotations":{"a":"2"}}}"""u8.ToArray(), CancellationToken.None))).Should().Be(ApiConflict.ResourceVersion);
        byte[] body = """{"metadata":{"annotations":{"a":"3"}}}"""u8.ToArray();
        (await ConflictAsync(() => api.ApplyAsync(Lease, "another", force: false, body, CancellationToken.None))).Should().Be(ApiConflict.FieldOwner);
        (await api.ApplyAsync(Lease, "another", force: true, body, CancellationToken.None)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_real_election_satisfies_the_check_of_six_digits()
    {
        using var stop = new CancellationTokenSource();
        var election = new LeaseElection(api, new LeaseOptions { Namespace = "ns", Name = "n", Identity = "me" }, TimeProvider.System, observer);
        var running = election.RunAsync(stop.Token);
        (await election.WaitAsync(CancellationToken.None)).Epoch.Should().Be(0);
        await stop.CancelAsync();
        await running;
        observer.Troubles.Should().BeEmpty();
        using var lease = JsonDocument.Parse((await api.GetAsync(Lease, CancellationToken.None))!);
        lease.RootElement.GetProperty("spec").GetProperty("holderIdentity").GetString().Should().BeEmpty();
        byte[] seven = Encoding.UTF8.GetBytes(lease.RootElement.GetRawText().Replace("Z\"", "0Z\"", StringComparison.Ordinal));
        var replace = () => api.ReplaceAsync(Lease, seven, CancellationToken.None);
        (await replace.Should().ThrowAsync<KubernetesApiException>()).Which.Status.Should().Be(400, "the server of this test is as strict as a real one");
    }

    [Fact]
    public async Task What_the_server_turns_away_for_a_moment_is_brought_back()
    {
        server.Fail(static _ => true, static c =>
        {
            c.Response.Headers.RetryAfter = "2";
            return StubStatus.AnswerAsync(c, 429, "TooManyRequests", "slow down");
        }, times: 2);
        var creating = CreateAsync();
        for (int i = 1; i <= 2; i++)
        {
            await Eventually.HoldsAsync(() => observer.Requests.Count == i && time.Pending.Count is 1 && time.Pending[0] <= TimeSpan.FromSeconds(3));
            time.Advance(TimeSpan.FromSeconds(3));
        }

        (await creating).Should().NotBeEmpty();
        observer.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_repeated()
    {
        server.Fail(static _ => true, static c => StubStatus.AnswerAsync(c, 500, "InternalError", "etcdserver: request timed out"));
        var create = () => CreateAsync();
        var failure = (await create.Should().ThrowAsync<KubernetesApiException>()).Which;
        (failure.Status, failure.IsTransient).Should().Be((500, true));
        observer.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_request_that_is_not_answered_ends_after_thirty_seconds()
    {
        server.Fail(static _ => true, static c => Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        var getting = api.GetAsync(Lease, CancellationToken.None);
        await Eventually.HoldsAsync(() => server.Requests.Count is 1 && time.Pending.Count is 1);
        time.Pending.Should().Equal(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(30));
        var get = () => getting;
        (await get.Should().ThrowAsync<KubernetesApiException>()).WithMessage("Cannot get leases.coordination.k8s.io ns/n: no answer of the API server in 30 s.");
    }

    [Fact]
    public async Task What_the_server_says_comes_as_one_line_with_what_its_people_need()
    {
        server.Fail(static _ => true, static c =>
        {
            c.Response.Headers["Audit-Id"] = "8f2c-1";
            c.Response.Headers["X-Kubernetes-PF-FlowSchema-UID"] = "f5";
            return StubStatus.AnswerAsync(c, 429, "TooManyRequests", "no\r\nINFO forged line" + new string('x', 10_000));
        });
        var get = () => api.GetAsync(Lease, CancellationToken.None);
        string message = (await get.Should().ThrowAsync<KubernetesApiException>()).Which.Message;
        message.Should().Contain("(audit id 8f2c-1) (flow schema f5)").And.NotContain("\n");
        message.Length.Should().BeLessThan(1000);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../../secrets/b")]
    [InlineData("a?force=true")]
    [InlineData("%2e%2e")]
    public async Task A_name_stays_one_part_of_the_path(string name)
    {
        var get = () => api.GetAsync(Lease with { Name = name }, CancellationToken.None);
        await get.Should().ThrowAsync<ArgumentException>();
        server.Requests.Should().BeEmpty();
    }

    private static async Task<ApiConflict> ConflictAsync(Func<Task> call)
    {
        var failure = (await call.Should().ThrowAsync<KubernetesApiException>()).Which;
        failure.Status.Should().Be(409);
        return failure.Conflict;
    }

    private Task<byte[]> CreateAsync() => api.CreateAsync(
        Lease with { Name = "" },
        """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"n","namespace":"ns"},"spec":{}}"""u8.ToArray(),
        CancellationToken.None);
}
