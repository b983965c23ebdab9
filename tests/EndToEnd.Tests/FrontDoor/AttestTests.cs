using System.Net;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance attest</c>.</summary>
public sealed class AttestTests : IAsyncLifetime, IDisposable
{
    private static readonly string Hex = new('d', 64);

    private readonly TemporaryFolder folder = new();

    public async Task InitializeAsync() => (await Executable.RunAsync("key", "generate", "--out", folder["k.key"], "--no-passphrase")).ShouldEndWith(0);

    public Task DisposeAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Runs_from_standard_input_become_one_bundle_each_in_a_folder()
    {
        string runs = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex) + RunFiles.TaskRun("../../two", "https://downloads.example.com/two", Hex);
        var result = (await AttestAsync(runs, "-", "--bundle", folder["bundles/"], "-o", "json")).ShouldEndWith(0);
        result.JsonLines.Select(static l => l.GetProperty("outcome").GetString()).Should().Equal("attested", "attested");
        string[] files = Directory.GetFiles(folder["bundles"]);
        files.Should().HaveCount(2).And.OnlyContain(static f => f.EndsWith(".sigstore.json", StringComparison.Ordinal));
        Directory.EnumerateFileSystemEntries(folder.Path).Should().HaveCount(3, "a run's name leads nowhere else: two key files, one folder");
        foreach (string file in files)
        {
            (await Executable.RunAsync("verify", file, "--key", folder["k.pub"])).ShouldEndWith(0);
        }
    }

    [Fact]
    public async Task Two_bundles_do_not_fit_into_one_file()
    {
        string runs = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex) + RunFiles.TaskRun("two", "https://downloads.example.com/two", Hex);
        (await AttestAsync(runs, "-", "--bundle", folder["one.json"])).ShouldEndWith(2).Error.Should().Contain("Name a folder");
    }

    [Fact]
    public async Task A_run_that_cannot_be_attested_ends_with_1_and_the_reason()
    {
        var result = (await AttestAsync("", Path.Combine(Executable.Samples, "08-no-artifacts.yaml"), "--bundle", folder["b.json"], "-o", "json")).ShouldEndWith(1);
        result.Json.GetProperty("problems").EnumerateArray().Select(static p => p.GetProperty("code").GetString()).Should().Contain("NO_SUBJECT");
        File.Exists(folder["b.json"]).Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_builder_id_nothing_is_attested()
    {
        string run = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex);
        (await Executable.RunWithAsync(run, new Dictionary<string, string>(), "attest", "-", "--key", folder["k.key"], "--bundle", folder["b.json"])).ShouldBeRefused("--builder-id", "PROVENANCE_BUILDER_ID");
        File.Exists(folder["b.json"]).Should().BeFalse();
        var environment = new Dictionary<string, string> { ["PROVENANCE_BUILDER_ID"] = "https://ci.example.com/test" };
        (await Executable.RunWithAsync(run, environment, "attest", "-", "--key", folder["k.key"], "--bundle", folder["b.json"])).ShouldEndWith(0);
    }

    [Fact]
    public async Task The_builder_id_of_every_chains_installation_is_warned_of()
    {
        string run = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex);
        (await Executable.RunWithAsync(run, new Dictionary<string, string>(), "attest", "-", "--key", folder["k.key"], "--builder-id", "https://tekton.dev/chains/v2", "--bundle", folder["b.json"]))
            .ShouldEndWith(0).ErrorLines.Should().ContainSingle(static l => l.StartsWith("warning: ", StringComparison.Ordinal) && l.Contains("https://tekton.dev/chains/v2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("[]")]
    public async Task Input_without_a_run_is_refused(string input) => (await AttestAsync(input, "-", "--bundle", folder["b.json"])).ShouldBeRefused("holds no run");

    [Theory]
    [InlineData("{\"kind\": \"TaskRun\", \"kind\": \"PipelineRun\"}", "JSON")]
    [InlineData("a: &x 1\nb: *x\n", "YAML")]
    [InlineData("{\"kind\": ", "JSON")]
    public async Task Input_that_cannot_be_read_is_refused(string input, string format) => (await AttestAsync(input, "-", "--bundle", folder["b.json"])).ShouldBeRefused("standard input", format);

    [Fact]
    public async Task A_file_that_is_missing_is_refused() => (await AttestAsync("", folder["no.yaml"], "--bundle", folder["b.json"])).ShouldBeRefused("no.yaml");

    [Fact]
    public async Task An_artifact_that_is_no_image_needs_a_repository()
    {
        string run = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex);
        var result = (await AttestAsync(run, "-", "-o", "json")).ShouldEndWith(1);
        result.Json.GetProperty("problems")[0].GetProperty("code").GetString().Should().Be("NO_DESTINATION");
    }

    [Fact]
    public async Task Attestations_go_to_the_repository_that_was_named_and_are_found_again()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        string[] arguments = ["-", "--repository", $"{registry.Address}/attestations", "-o", "json"];
        string run = RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex);
        var first = (await AttestAsync(run, arguments)).ShouldEndWith(0).Json;
        first.GetProperty("outcome").GetString().Should().Be("attested");
        var second = (await AttestAsync(run, arguments)).ShouldEndWith(0).Json;
        second.GetProperty("outcome").GetString().Should().Be("already-attested");
        second.GetProperty("attestation").ToString().Should().Be(first.GetProperty("attestation").ToString());
        (await Executable.RunAsync("verify", "sha256:" + Hex, "--repository", $"{registry.Address}/attestations", "--key", folder["k.pub"])).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_registry_that_forbids_it_is_named_with_its_reason()
    {
        await using var registry = await ScriptedServer.StartAsync(static context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.Forbidden;
            return Task.CompletedTask;
        });
        var result = (await AttestAsync(RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex), "-", "--repository", $"{registry.Address}/attestations", "-o", "json")).ShouldEndWith(3);
        result.Json.GetProperty("outcome").GetString().Should().Be("failed");
        var problem = result.Json.GetProperty("problems")[0];
        problem.GetProperty("code").GetString().Should().Be("PUBLISH_FAILED");
        problem.GetProperty("message").GetString().Should().ContainAll("TaskRun e2e/one", registry.Address, "403");
    }

    private Task<CommandResult> AttestAsync(string input, params string[] arguments) => Executable.RunWithAsync(
        input,
        new Dictionary<string, string>(),
        ["attest", .. arguments, "--key", folder["k.key"], "--builder-id", "https://ci.example.com/test"]);
}
