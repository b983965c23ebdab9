using System.Text;
using System.Text.Json.Nodes;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>Names that whoever may create a run, or writes a step, chose so that our lines say something else.</summary>
public sealed class HostileNamesTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private const string Forged = "attested          TaskRun payments/release";
    private const string Hostile = $"x\u001b[2K\u009b1m\u202e\r\n{Forged}\u2028{Forged}";

    [Fact]
    public async Task What_a_step_calls_its_output_does_not_make_a_line_of_its_own()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["run.json"], HostileRun());

        var attest = await Executable.RunAsync("attest", folder["run.json"], "--key", data["keys/attestor.key"], "--builder-id", "https://ci.example.com/x", "--bundle", folder["bundles/"]);

        attest.ShouldEndWith(1).Output.Should().Contain("ARTIFACT_DIGEST").And.Contain(Forged);
        ShouldHoldNoLineOfTheirs(attest.Output + attest.Error);
    }

    [Fact]
    public async Task A_run_with_a_long_name_does_not_take_the_place_of_anothers_bundle()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        string name = new('n', 240);
        string sha256 = new('c', 64);
        await File.WriteAllTextAsync(folder["runs.json"], RunFiles.TaskRun(name + "1", "https://example.com/archive.tar", sha256) + RunFiles.TaskRun(name + "2", "https://example.com/archive.tar", sha256));

        var attest = await Executable.RunAsync("attest", folder["runs.json"], "--key", data["keys/attestor.key"], "--builder-id", "https://ci.example.com/x", "--bundle", folder["bundles/"]);

        attest.ShouldEndWith(0);
        Directory.GetFiles(folder["bundles"]).Should().HaveCount(2).And.OnlyContain(static file => Path.GetFileName(file).Length < 256);
    }

    [Fact]
    public async Task What_the_journal_of_a_watch_tells_does_not_steer_the_terminal()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        await using var cluster = await StubApiServer.StartAsync();
        cluster.Serve("tekton.dev", "v1", "taskruns").Store("e2e", "hostile", static version => Encoding.UTF8.GetBytes(HostileRun(version)));
        await File.WriteAllTextAsync(folder["kubeconfig"], $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "{{cluster.Uri}}" } }]
            users: [{name: u, user: {} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            """);
        using var process = Executable.Start(
            new Dictionary<string, string>(),
            "watch", "--key", data["keys/attestor.key"], "--kubeconfig", folder["kubeconfig"], "--data", folder["watch"], "--listen", "127.0.0.1:0", "--builder-id", "https://ci.example.com/x", "--cluster-id", "c");
        try
        {
            var explained = await Executable.RunAsync("watch", "explain", "hostile", "--data", folder["watch"]);
            for (int i = 0; i < 100 && explained.ExitCode is not 0; i++)
            {
                await Task.Delay(100);
                explained = await Executable.RunAsync("watch", "explain", "hostile", "--data", folder["watch"]);
            }

            explained.ShouldEndWith(0).Output.Should().Contain("ARTIFACT_DIGEST").And.Contain(Forged);
            ShouldHoldNoLineOfTheirs(explained.Output);
        }
        finally
        {
            Executable.Kill(process);
        }
    }

    private static string HostileRun(long version = 1)
    {
        var run = JsonNode.Parse(RunFiles.TaskRun("hostile", "https://example.com/archive.tar", "no digest"))!;
        run["metadata"]!["resourceVersion"] = $"{version}";
        run["status"]!["steps"]![0]!["outputs"]![0]!["name"] = Hostile;
        run["status"]!["conditions"]![0]!["reason"] = Hostile;
        return run.ToJsonString();
    }

    private static void ShouldHoldNoLineOfTheirs(string text)
    {
        text.Should().NotContainAny("\u001b", "\u009b", "\u202e", "\r", "\u2028");
        text.Split('\n').Should().NotContain(static line => line.StartsWith(Forged, StringComparison.Ordinal));
    }
}
