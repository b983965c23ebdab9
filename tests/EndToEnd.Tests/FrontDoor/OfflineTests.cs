using Microsoft.AspNetCore.Http;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance verify --offline</c>.</summary>
public sealed class OfflineTests
{
    private static readonly string Vectors = Repository.PathOf("tests", "Attestor.Tests", "Data", "sigstore-vectors");
    private static readonly string Subject = "sha256:" + new string('a', 64);

    [Fact]
    public async Task A_bundle_is_verified() =>
        (await Executable.RunAsync("verify", Path.Combine(Vectors, "cosign-key.bundle.json"), "--offline", "--key", Path.Combine(Vectors, "cosign.pub"))).ShouldEndWith(0);

    [Fact]
    public async Task What_only_a_store_could_tell_is_refused() =>
        (await Executable.RunAsync("verify", Subject, "--offline", "--key", Path.Combine(Vectors, "cosign.pub"))).ShouldBeRefused("--offline", "--bundle", "--repository");

    [Theory]
    [InlineData("redirect")]
    [InlineData("token")]
    public async Task A_registry_may_not_lead_elsewhere(string way)
    {
        await using var elsewhere = await ScriptedServer.StartAsync(static context => context.Response.WriteAsync("{}"));
        await using var registry = await ScriptedServer.StartAsync(context =>
        {
            if (way is "redirect")
            {
                context.Response.Redirect($"http://{elsewhere.Address}/");
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{elsewhere.Address}/token\"";
            }

            return Task.CompletedTask;
        });
        string[] verify = ["verify", $"{registry.Address}/shop/api@{Subject}", "--key", Path.Combine(Vectors, "cosign.pub")];

        var result = await Executable.RunAsync([.. verify, "--offline"]);

        result.ExitCode.Should().Be(3, result.Output + result.Error);
        (result.Output + result.Error).Should().Contain("--offline").And.Contain(elsewhere.Address);
        elsewhere.Requests.Should().BeEmpty();
        await Executable.RunAsync(verify);
        elsewhere.Requests.Should().NotBeEmpty();
    }
}
