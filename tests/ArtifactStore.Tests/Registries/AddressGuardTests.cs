using System.Net;
using FluentAssertions;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    public void This_machine_and_its_link_are_not_for_others(string address) => AddressGuard.IsLocal(IPAddress.Parse(address)).Should().BeTrue();

    [Theory]
    [InlineData("10.96.0.10")]
    [InlineData("192.168.1.1")]
    [InlineData("203.0.113.7")]
    [InlineData("2001:db8::1")]
    [InlineData("fd00::1")]
    public void Registries_in_a_cluster_and_elsewhere_are(string address) => AddressGuard.IsLocal(IPAddress.Parse(address)).Should().BeFalse();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_registry_on_this_machine_that_only_a_run_names_gets_no_request(string host)
    {
        await using var server = await ScriptedServer.StartAsync(_ => Task.CompletedTask);
        using var client = NewClient(new HashSet<string>(StringComparer.Ordinal) { "registry.example" });
        var repository = client.Repository(Reference.Parse($"{host}:{new Uri($"http://{server.Address}").Port}/app"));

        var act = () => repository.ResolveAsync("v1", CancellationToken.None);

        var exception = (await act.Should().ThrowAsync<RegistryException>()).Which;
        exception.Code.Should().Be("ADDRESS_REFUSED");
        exception.IsTransient.Should().BeFalse("trying again leads to the same address");
        exception.Message.Should().Contain(host);
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task One_that_the_operator_names_gets_it()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        using var client = NewClient(new HashSet<string>(StringComparer.Ordinal) { server.Address });

        (await client.Repository(Reference.Parse($"{server.Address}/app")).ResolveAsync("v1", CancellationToken.None)).Should().BeNull();
    }

    private static RemoteRegistry NewClient(IReadOnlySet<string> mayBeLocal) =>
        new(new RemoteRegistryOptions { MayBeLocal = mayBeLocal, Attempts = 1, CredentialsFile = "/nowhere" }, TimeProvider.System);
}
