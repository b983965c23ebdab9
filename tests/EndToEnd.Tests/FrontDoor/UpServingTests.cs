using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance up</c> while it serves and follows a folder.</summary>
public sealed class UpServingTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private static readonly string Hex = new('a', 64);

    [Fact]
    public async Task A_file_that_turns_up_is_attested_and_the_process_ends_in_peace()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["runs"]);
        await using var server = await ServingProcess.StartAsync(folder["data"], folder["runs"]);
        await File.WriteAllTextAsync(folder["runs/late.json"], RunFiles.TaskRun("late", "oci://registry.example.com/late", Hex));
        var run = await server.WaitForRunAsync("TaskRun e2e/late");
        run.GetProperty("outcome").GetString().Should().Be("attested");
        (await server.ReferrersAsync("registry.example.com/late", "sha256:" + Hex)).Should().ContainSingle();
        (await server.StopAsync()).Should().Be(0);
        File.Exists(folder["data/address"]).Should().BeFalse("nobody serves the folder any more");
        server.Output.Should().OnlyContain(static line => line.StartsWith('{') && line.EndsWith('}'));
    }

    [Fact]
    public async Task A_file_that_stays_half_written_is_reported_and_then_attested_when_it_is_whole()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["runs"]);
        await using var server = await ServingProcess.StartAsync(folder["data"], folder["runs"]);
        string run = RunFiles.TaskRun("torn", "oci://registry.example.com/torn", Hex);
        await File.WriteAllTextAsync(folder["runs/torn.json"], run[..(run.Length / 2)]);
        var problem = (await server.WaitForRunAsync("torn.json")).GetProperty("problems")[0];
        problem.GetProperty("code").GetString().Should().Be("UNREADABLE");
        problem.GetProperty("message").GetString().Should().Contain("torn.json");
        await File.WriteAllTextAsync(folder["runs/torn.json"], run);
        (await server.WaitForRunAsync("TaskRun e2e/torn")).GetProperty("outcome").GetString().Should().Be("attested");
    }

    [Fact]
    public async Task It_tells_of_its_readiness_of_digests_and_of_bytes()
    {
        using var data = samples.Copy();
        await using var server = await ServingProcess.StartAsync(data.Path);
        (await server.Http.GetStringAsync(new Uri(server.Address + "/readyz"))).Should().Be("ready\n");

        var run = samples["TaskRun shop/build-shop-api-7x2k4"];
        string digest = run.GetProperty("subjects")[0].GetProperty("digest").GetString()!;
        using var lookup = JsonDocument.Parse(await server.Http.GetStringAsync(new Uri($"{server.Address}/lookup/{digest}")));
        lookup.RootElement.GetProperty("madeBy")[0].GetProperty("bundle").GetString().Should().Be(run.GetProperty("attestation").GetProperty("bundle").GetString());

        var bundle = Digest.Parse(run.GetProperty("attestation").GetProperty("bundle").GetString()!);
        byte[] bytes = await server.Http.GetByteArrayAsync(new Uri($"{server.Address}/cas/{bundle.Hex}"));
        Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(bundle.Hex);
    }

    [Theory]
    [InlineData("/lookup/sha256:0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.NotFound)]
    [InlineData("/lookup/sha256:short", HttpStatusCode.BadRequest)]
    [InlineData("/lookup/md5:d41d8cd98f00b204e9800998ecf8427e", HttpStatusCode.BadRequest)]
    [InlineData("/cas/0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.NotFound)]
    [InlineData("/cas/..%2F..%2Fkeys%2Fattestor.key", HttpStatusCode.BadRequest)]
    public async Task It_has_an_answer_to_every_digest(string path, HttpStatusCode expected)
    {
        using var data = samples.Copy();
        await using var server = await ServingProcess.StartAsync(data.Path);
        using var answer = await server.Http.GetAsync(new Uri(server.Address + path));
        answer.StatusCode.Should().Be(expected);
        (await answer.Content.ReadAsStringAsync()).Should().NotContain("PRIVATE KEY");
    }

    [Fact]
    public async Task A_web_page_under_another_name_of_this_machine_is_turned_away()
    {
        using var data = samples.Copy();
        await using var server = await ServingProcess.StartAsync(data.Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address + "/v2/"));
        request.Headers.Host = "attacker.example.com";
        using var answer = await server.Http.SendAsync(request);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused_and_does_the_first_no_harm()
    {
        using var data = samples.Copy();
        using var keys = new TemporaryFolder();
        (await Executable.RunAsync("key", "generate", "--out", keys["own.key"], "--no-passphrase")).ShouldEndWith(0);
        await using var server = await ServingProcess.StartAsync(data.Path);
        string publicKey = await File.ReadAllTextAsync(data["keys/attestor.pub"]);
        (await Executable.RunAsync("up", "--once", "--port", "0", "--data", data.Path, "--key", keys["own.key"])).ShouldBeRefused("in use by another process", data["store"]);
        (await File.ReadAllTextAsync(data["keys/attestor.pub"])).Should().Be(publicKey);
        (await File.ReadAllLinesAsync(data["address"]))[0].Should().Be(server.Address);
        string digest = samples["TaskRun shop/build-shop-api-7x2k4"].GetProperty("subjects")[0].GetProperty("digest").GetString()!;
        (await Executable.RunAsync("lookup", digest, "--data", data.Path, "-o", "json")).ShouldEndWith(0).Json.GetProperty("madeBy").GetArrayLength().Should().Be(1);
        (await Executable.RunAsync("verify", digest, "--data", data.Path, "--key", data["keys/attestor.pub"])).ShouldEndWith(0);
        (await server.StopAsync()).Should().Be(0);
    }
}
