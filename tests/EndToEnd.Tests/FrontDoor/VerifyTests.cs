using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance verify</c>: what may be named, and the exit status of each answer.</summary>
public sealed class VerifyTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private const string Api = "sha256:a3310c15833fca52a95645cd07d44f01ec25682221d847a0bc0c66a3d71849f2";

    [Fact]
    public async Task A_digest_whose_attestation_is_in_the_data_folder()
    {
        using var data = samples.Copy();
        var verdict = (await VerifyAsync(data, Api, "-o", "json")).ShouldEndWith(0).Json;
        verdict.GetProperty("outcome").GetString().Should().Be("pass");
        verdict.GetProperty("subject").GetString().Should().Be(Api);
        verdict.GetProperty("accepted").GetProperty("builderId").GetString().Should().StartWith("urn:provenance:local:");
    }

    [Fact]
    public async Task An_image_in_the_registry_that_is_being_served()
    {
        using var data = samples.Copy();
        await using var server = await ServingProcess.StartAsync(data.Path);
        (await VerifyAsync(data, $"{server.Registry}/registry.example.com/shop/api@{Api}")).ShouldEndWith(0).Output.Should().StartWith("VERIFIED");
    }

    [Fact]
    public async Task A_file_and_not_the_same_file_with_one_byte_more()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        byte[] content = "the archive"u8.ToArray();
        await File.WriteAllBytesAsync(folder["archive.tar"], content);
        Directory.CreateDirectory(folder["runs"]);
        await File.WriteAllTextAsync(folder["runs/archive.json"], RunFiles.TaskRun("archive", "https://downloads.example.com/archive.tar", Convert.ToHexStringLower(SHA256.HashData(content))));
        (await Executable.RunAsync("up", folder["runs"], "--once", "--port", "0", "--data", data.Path)).ShouldEndWith(0);
        (await VerifyAsync(data, folder["archive.tar"])).ShouldEndWith(0);
        await File.AppendAllTextAsync(folder["archive.tar"], "!");
        (await VerifyAsync(data, folder["archive.tar"])).ShouldEndWith(4);
    }

    [Fact]
    public async Task A_bundle_and_not_the_same_bundle_with_one_bit_flipped()
    {
        using var data = samples.Copy();
        using var folder = new TemporaryFolder();
        string bundle = folder["bundle.json"];
        (await Executable.RunAsync("attest", Path.Combine(Executable.Samples, "01-single-image.yaml"), "--key", data["keys/attestor.key"], "--builder-id", "https://ci.example.com/x", "--bundle", bundle)).ShouldEndWith(0);
        (await VerifyAsync(data, bundle)).ShouldEndWith(0).Output.Should().Contain("verify the artifact itself");
        (await VerifyAsync(data, Api, "--bundle", bundle)).ShouldEndWith(0);

        var json = JsonNode.Parse(await File.ReadAllTextAsync(bundle))!;
        byte[] payload = json["dsseEnvelope"]!["payload"]!.GetValue<JsonElement>().GetBytesFromBase64();
        payload[payload.Length / 2] ^= 1;
        json["dsseEnvelope"]!["payload"] = Convert.ToBase64String(payload);
        await File.WriteAllTextAsync(bundle, json.ToJsonString());
        (await VerifyAsync(data, Api, "--bundle", bundle, "-o", "json")).ShouldEndWith(1).Json.GetProperty("code").GetString().Should().Be("SIG_INVALID");
    }

    [Fact]
    public async Task A_bundle_about_another_artifact_is_refused()
    {
        using var data = samples.Copy();
        string bundle = data["bundle.json"];
        (await Executable.RunAsync("attest", Path.Combine(Executable.Samples, "01-single-image.yaml"), "--key", data["keys/attestor.key"], "--builder-id", "https://ci.example.com/x", "--bundle", bundle)).ShouldEndWith(0);
        (await VerifyAsync(data, "sha256:" + new string('1', 64), "--bundle", bundle, "-o", "json")).ShouldEndWith(1).Json.GetProperty("code").GetString().Should().Be("SUBJECT_MISMATCH");
    }

    [Fact]
    public async Task The_key_of_somebody_else_is_refused()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("key", "generate", "--out", data["other.key"], "--no-passphrase")).ShouldEndWith(0);
        var verdict = (await Executable.RunAsync("verify", Api, "--data", data.Path, "--key", data["other.pub"], "-o", "json")).ShouldEndWith(1).Json;
        verdict.GetProperty("code").GetString().Should().Be("SIGNER_UNTRUSTED");
        verdict.TryGetProperty("accepted", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Any_one_of_several_keys_will_do()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("key", "generate", "--out", data["other.key"], "--no-passphrase")).ShouldEndWith(0);
        (await VerifyAsync(data, Api, "--key", data["other.pub"])).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_digest_without_evidence_ends_with_4()
    {
        using var data = samples.Copy();
        (await VerifyAsync(data, "sha256:" + new string('0', 64), "-o", "json")).ShouldEndWith(4).Json.GetProperty("code").GetString().Should().Be("NO_EVIDENCE");
    }

    [Fact]
    public async Task A_registry_that_is_away_ends_with_3_and_never_with_0()
    {
        using var data = samples.Copy();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var verdict = (await VerifyAsync(data, $"127.0.0.1:{port}/app@{Api}", "-o", "json")).ShouldEndWith(3).Json;
        verdict.GetProperty("outcome").GetString().Should().Be("error");
        verdict.GetProperty("code").GetString().Should().Be("FETCH_FAILED");
    }

    [Fact]
    public async Task Without_a_key_or_a_policy_nothing_is_verified()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("verify", Api, "--data", data.Path)).ShouldBeRefused("--key", "--policy");
    }

    [Theory]
    [InlineData("no such file")]
    [InlineData("sha256:abc")]
    public async Task What_is_no_target_is_refused(string target)
    {
        using var data = samples.Copy();
        (await VerifyAsync(data, target)).ShouldBeRefused(target);
    }

    [Fact]
    public async Task A_key_file_that_is_missing_is_refused()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("verify", Api, "--data", data.Path, "--key", data["no.pub"])).ShouldBeRefused("no.pub");
    }

    [Fact]
    public async Task A_private_key_in_place_of_a_public_one_is_refused_without_showing_it()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("verify", Api, "--data", data.Path, "--key", data["keys/attestor.key"])).ShouldBeRefused("PUBLIC KEY").Error.Should().NotContain("MIG");
    }

    [Fact]
    public async Task A_policy_that_cannot_be_read_is_refused()
    {
        using var data = samples.Copy();
        await File.WriteAllTextAsync(data["policy.yaml"], "apiVersion: nothing\nunknown: true\n");
        (await Executable.RunAsync("verify", Api, "--data", data.Path, "--policy", data["policy.yaml"])).ShouldEndWith(2).Error.Should().Contain("policy.yaml").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_code_is_explained()
    {
        (await Executable.RunAsync("verify", "--explain", "SIG_INVALID")).ShouldEndWith(0).Output.Should().StartWith("SIG_INVALID: ");
        (await Executable.RunAsync("verify", "--explain", "NO_SUCH_CODE")).ShouldBeRefused("NO_SUCH_CODE");
    }

    private static Task<CommandResult> VerifyAsync(TemporaryFolder data, string target, params string[] more) =>
        Executable.RunAsync(["verify", target, "--data", data.Path, "--key", data["keys/attestor.pub"], .. more]);
}
