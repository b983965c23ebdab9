using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>What <c>provenance store</c> refuses at once: exit status 2, and a line that says what is wrong.</summary>
public sealed class StoreRefusalTests : IDisposable
{
    private const string Head = "apiVersion: provenance.dev/v1alpha1\nkind: Store\nspec:\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Other_machines_are_not_served_without_users_and_in_the_clear() =>
        (await StoreAsync("--listen", "0.0.0.0:0")).ShouldBeRefused("--htpasswd", "--insecure-without-authentication", "--tls-cert", "--insecure-without-tls");

    [Theory]
    [InlineData("--insecure-without-tls", "--insecure-without-authentication")]
    [InlineData("--insecure-without-authentication", "--insecure-without-tls")]
    public async Task Each_danger_must_be_chosen_by_its_own_name(string chosen, string missing) =>
        (await StoreAsync("--listen", "[::]:0", chosen)).ShouldBeRefused(missing);

    [Fact]
    public async Task Everybody_may_not_write_from_other_machines() =>
        (await StoreAsync("--listen", "0.0.0.0:0", "--insecure-without-tls", "--anonymous", "write")).ShouldBeRefused("--insecure-without-authentication");

    [Theory]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task An_address_that_is_none(string address) => (await StoreAsync("--listen", address)).ShouldBeRefused($"--listen {address}");

    [Fact]
    public async Task A_password_file_that_is_missing() => (await StoreAsync("--listen", "127.0.0.1:0", "--htpasswd", folder["absent"])).ShouldBeRefused("absent");

    [Fact]
    public async Task A_certificate_without_its_key() => (await StoreAsync("--tls-cert", folder["absent"])).ShouldBeRefused("--tls-key");

    [Theory]
    [InlineData("  listn: \"127.0.0.1:0\"\n", "spec.listn is unknown")]
    [InlineData("  listen: \"127.0.0.1:0\"\n  listen: \"127.0.0.1:1\"\n", "stands here twice")]
    [InlineData("  durability: some\n", "must be full or none")]
    [InlineData("  access: {}\n", "allows nobody anything")]
    [InlineData("  drainSeconds: -1\n", "between 0 and 3600")]
    [InlineData("  backend: {s3: {region: eu-1}}\n", "spec.backend.s3.bucket is missing")]
    [InlineData("  backend: {s3: {bucket: b, secretKey: x}}\n", "credentials come from the environment")]
    [InlineData("  backend: {s3: {bucket: b, endpoint: \"https://u:p@s3.example.com\"}}\n", "without path and credentials")]
    [InlineData("  backend: {s3: {bucket: b}}\n  scrub: {interval: 7d}\n", "only blobs on a disk")]
    [InlineData("  upstreams: [{registry: registry.example, repositories: [\"a**b\"]}]\n", "is no pattern of repositories")]
    [InlineData("  upstreams: [{registry: \"https://registry.example\", repositories: [\"m/**\"]}]\n", "must be a registry")]
    [InlineData("  upstreams: [{registry: registry.example, repositories: [\"m/**\"], ttl: 10}]\n", "such as 30s, 10m")]
    [InlineData("  scrub: {rate: fast}\n", "such as 50MB/s")]
    public async Task A_faulty_configuration(string spec, string expected)
    {
        await File.WriteAllTextAsync(folder["store.yaml"], Head + spec);
        (await StoreAsync("--config", folder["store.yaml"])).ShouldBeRefused(expected);
    }

    [Fact]
    public async Task A_configuration_of_another_kind()
    {
        await File.WriteAllTextAsync(folder["store.yaml"], Head.Replace("Store", "VerificationPolicy", StringComparison.Ordinal) + "  durability: full\n");
        (await StoreAsync("--config", folder["store.yaml"])).ShouldBeRefused("kind must be Store");
    }

    private Task<CommandResult> StoreAsync(params string[] arguments) => Executable.RunAsync(["store", "--data", folder["data"], .. arguments]);
}
