using System.Net;
using System.Runtime.Versioning;
using Provenance.ArtifactStore.Digests;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>What others on the machine, on the web and in the files can do to somebody who runs the commands.</summary>
public sealed class HostileSurroundingsTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private const string Sample = "01-single-image.yaml";
    private const string Escape = "\u001b";

    [Fact]
    public async Task A_verification_that_is_interrupted_has_verified_nothing()
    {
        using var data = samples.Copy();
        await using var registry = await ScriptedServer.StartAsync(static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var process = Executable.Start(
            new Dictionary<string, string>(), "verify", $"{registry.Address}/app@sha256:{new string('1', 64)}", "--key", data["keys/attestor.pub"], "--data", data.Path);
        try
        {
            for (int i = 0; i < 600 && registry.Requests.Count is 0; i++)
            {
                await Task.Delay(50);
            }

            Executable.Terminate(process);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync(limit.Token);

            process.ExitCode.Should().NotBe(0, "a script that goes on after \"verify ... &&\" must not");
        }
        finally
        {
            Executable.Kill(process);
        }
    }

    [Fact]
    public async Task An_artifact_that_was_exchanged_for_a_bundle_is_not_verified_by_what_that_bundle_says()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        string bundle = folder["a.sigstore.json"];
        (await Executable.RunAsync("attest", Path.Combine(Executable.Samples, Sample), "--key", data["keys/attestor.key"], "--builder-id", "https://ci.example.com/x", "--bundle", bundle)).ShouldEndWith(0);
        File.Copy(bundle, folder["install.sh"]);

        string[] trust = ["--key", data["keys/attestor.pub"], "--data", data.Path];
        (await Executable.RunAsync(["verify", folder["install.sh"], .. trust])).ShouldEndWith(4).Output.Should().Contain(".sigstore.json");
        (await Executable.RunAsync(["verify", bundle, .. trust])).ShouldEndWith(0);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_key_that_came_with_a_checkout_is_not_signed_with()
    {
        using var data = samples.Copy();
        File.SetUnixFileMode(data["keys/attestor.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        (await Executable.RunAsync("up", Executable.Samples, "--once", "--port", "0", "--data", data.Path)).ShouldBeRefused("attestor.key", "chmod 600", "not yours");
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_web_page_of_another_site_cannot_push(string header, string value)
    {
        using var data = samples.Copy();
        await using var server = await ServingProcess.StartAsync(data.Path);
        byte[] content = "from a web page"u8.ToArray();
        var address = new Uri($"{server.Address}/v2/app/blobs/uploads/?digest={Digest.Of(content)}");

        (await PostAsync(header, value)).Should().Be(HttpStatusCode.Forbidden);
        (await PostAsync("Origin", server.Address)).Should().Be(HttpStatusCode.Created, "a page of our own may");
        (await PostAsync("Sec-Fetch-Site", "none")).Should().Be(HttpStatusCode.Created, "nor is a browser's address line refused");

        async Task<HttpStatusCode> PostAsync(string name, string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(content) };
            request.Headers.TryAddWithoutValidation(name, text);
            using var answer = await server.Http.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task What_a_run_is_called_cannot_rewrite_the_terminal()
    {
        using var data = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        string sha256 = new('c', 64);
        Directory.CreateDirectory(folder["runs"]);
        await File.WriteAllTextAsync(folder["runs/run.json"], RunFiles.TaskRun($"build{Escape}[2K\rverified\a", "https://example.com/archive.tar", sha256));

        var up = await Executable.RunAsync("up", folder["runs"], "--once", "--port", "0", "--data", data.Path);
        var lookup = await Executable.RunAsync("lookup", "sha256:" + sha256, "--data", data.Path);
        var missing = await Executable.RunAsync("verify", $"./no{Escape}[2Kfile", "--key", data["keys/attestor.pub"]);

        lookup.ShouldEndWith(0).Output.Should().Contain("e2e/build\uFFFD[2K");
        foreach (string text in new[] { up.Output, up.Error, lookup.Output, lookup.Error, missing.Error })
        {
            text.Should().NotContain(Escape).And.NotContain("\a").And.NotContain("\r");
        }
    }
}
