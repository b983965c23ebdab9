using System.Net;
using System.Net.Sockets;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>What <c>provenance up</c> refuses at once: exit status 2, and one line that says what is wrong.</summary>
public sealed class UpRefusalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_port_that_is_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        (await UpAsync("--once", "--port", $"{port}")).ShouldBeRefused($"Port {port}", "in use", "--port");
        File.Exists(folder["data/address"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("65536")]
    [InlineData("-1")]
    public async Task A_number_that_is_no_port(string port) => (await UpAsync("--once", "--port", port)).ShouldBeRefused($"--port {port}", "between 0 and 65535");

    [Fact]
    public async Task A_port_that_is_no_number()
    {
        var result = (await UpAsync("--once", "--port", "http")).ShouldEndWith(2);
        result.ErrorLines.Should().HaveCount(2);
        result.ErrorLines[0].Should().ContainAll("http", "--port");
        result.ErrorLines[1].Should().Be("See: provenance up --help");
    }

    [Fact]
    public async Task A_folder_that_is_missing()
    {
        (await UpAsync(folder["no-such-folder"], "--port", "0")).ShouldBeRefused("no-such-folder");
        Directory.Exists(folder["data"]).Should().BeFalse("nothing is made for a command that cannot be meant");
    }

    [Theory]
    [InlineData("not a uri")]
    [InlineData("relative/path")]
    [InlineData("https://ci.example.com/with blank")]
    public async Task A_builder_id_that_is_no_absolute_uri(string builderId) =>
        (await UpAsync("--once", "--port", "0", "--builder-id", builderId)).ShouldBeRefused(builderId, "--builder-id");

    [Theory]
    [InlineData("https://tekton.dev/chains/v2")]
    [InlineData("https://tekton.dev/chains/v2/")]
    public async Task The_builder_id_that_everybody_has_is_warned_of(string builderId)
    {
        var result = (await UpAsync("--once", "--port", "0", "--builder-id", builderId)).ShouldEndWith(0);
        result.ErrorLines.Should().ContainSingle().Which.Should().StartWith("warning: ").And.Contain("https://tekton.dev/chains/v2");
    }

    [Fact]
    public async Task A_key_that_is_missing() => (await UpAsync("--once", "--port", "0", "--key", folder["no.key"])).ShouldBeRefused("no.key");

    [Fact]
    public async Task A_file_that_is_no_key()
    {
        await File.WriteAllTextAsync(folder["some.key"], "nothing of the kind");
        (await UpAsync("--once", "--port", "0", "--key", folder["some.key"])).ShouldBeRefused("some.key", "private key");
    }

    [Fact]
    public async Task A_repository_that_is_none() =>
        (await UpAsync("--once", "--port", "0", "--repository", "Not/A Repository")).ShouldBeRefused("--repository");

    [Fact]
    public async Task A_data_folder_that_is_a_file()
    {
        await File.WriteAllTextAsync(folder["data"], "");
        var result = await UpAsync("--once", "--port", "0");
        result.ExitCode.Should().BeOneOf(2, 3);
        result.ErrorLines.Should().ContainSingle().Which.Should().StartWith("error: ").And.Contain(folder["data"]);
    }

    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("--build-type=unknown")]
    [InlineData("--output=xml")]
    public async Task An_option_that_does_not_exist(string option)
    {
        var result = (await UpAsync(Executable.Samples, "--once", "--port", "0", option)).ShouldEndWith(2);
        result.Error.Should().Contain("See: provenance up --help").And.NotContain("   at ");
    }

    [Fact]
    public async Task No_command_at_all() => (await Executable.RunAsync()).ShouldEndWith(2).Error.Should().Contain("See: provenance --help");

    public void Dispose() => folder.Dispose();

    private Task<CommandResult> UpAsync(params string[] arguments) => Executable.RunAsync(["up", "--data", folder["data"], .. arguments]);
}
