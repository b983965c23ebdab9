using System.Net;
using System.Text.Json;
using Provenance.EndToEnd.Tests.FrontDoor;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing.Sigstore;

namespace Provenance.EndToEnd.Tests.Keyless;

/// <summary>The commands that attest runs, as an identity.</summary>
public sealed class KeylessRunTests : IAsyncLifetime
{
    private static readonly string Hex = new('d', 64);

    private SigstoreFiles files = null!;

    public async Task InitializeAsync() => files = await SigstoreFiles.StartAsync();

    public async Task DisposeAsync() => await files.DisposeAsync();

    [Fact]
    public async Task Attest_signs_all_runs_with_one_certificate()
    {
        string runs = string.Concat(Enumerable.Range(1, 4).Select(static i => RunFiles.TaskRun($"run-{i}", $"https://downloads.example.com/{i}", Hex)));

        (await Executable.RunWithAsync(
            runs, new Dictionary<string, string>(), ["attest", "-", "--builder-id", "https://ci.example.com/test", "--bundle", files["bundles/"], .. files.Keyless])).ShouldEndWith(0);

        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1);
        files.Sigstore.Requests(SigstoreService.RekorV1).Should().Be(4);
        foreach (string bundle in Directory.GetFiles(files["bundles"]))
        {
            (await SigstoreFiles.RunAsync(["verify", bundle, .. files.Demand])).ShouldEndWith(0);
        }
    }

    [Fact]
    public async Task Without_reuse_every_run_has_a_certificate_of_its_own()
    {
        string runs = string.Concat(Enumerable.Range(1, 3).Select(static i => RunFiles.TaskRun($"run-{i}", $"https://downloads.example.com/{i}", Hex)));

        (await Executable.RunWithAsync(
            runs,
            new Dictionary<string, string>(),
            ["attest", "-", "--builder-id", "https://ci.example.com/test", "--bundle", files["bundles/"], "--certificate-reuse", "0", .. files.Keyless])).ShouldEndWith(0);

        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(3);
    }

    [Fact]
    public async Task Up_attests_as_an_identity_and_recognises_its_work_in_the_next_process()
    {
        Directory.CreateDirectory(files["runs"]);
        await File.WriteAllTextAsync(files["runs/one.yaml"], RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex));
        string[] up = ["up", files["runs"], "--once", "--port", "0", "--data", files["data"], .. files.Keyless];

        var first = (await SigstoreFiles.RunAsync(up)).ShouldEndWith(0);

        first.Output.Should().Contain("the identity of the token from file").And.Contain("verified;  one byte of the statement flipped: refused").And.Contain($"--certificate-identity {files.Sigstore.Subject}");
        File.Exists(files["data/keys/attestor.key"]).Should().BeFalse("nothing was to be signed with a key");
        (await SigstoreFiles.RunAsync(["verify", $"sha256:{Hex}", "--data", files["data"], .. files.Demand])).ShouldEndWith(0);
        foreach (string memory in Directory.EnumerateFiles(files["data"], "attested*"))
        {
            File.Delete(memory);
        }

        (await SigstoreFiles.RunAsync(up)).ShouldEndWith(0).Output.Should().Contain("1 already attested");
        files.Sigstore.Requests(SigstoreService.RekorV1).Should().Be(1, "the log holds one entry for one run");
    }

    [Fact]
    public async Task Lookup_names_the_identity_that_signed_also_after_a_rebuild()
    {
        await UpAsync();

        await LookupNamesAsync();
        foreach (string index in Directory.EnumerateFiles(files["data"], "index.db*"))
        {
            File.Delete(index);
        }

        await LookupNamesAsync();
        string record = files["data/keys/attestor.identity.json"];
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record)).Replace(files.Sigstore.Subject, "somebody.else", StringComparison.Ordinal));
        (await SigstoreFiles.RunAsync("lookup", $"sha256:{Hex}", "--data", files["data"])).ShouldEndWith(0).Output.Should().Contain("NOT VERIFIED: signed by").And.NotContain("verified, ");
    }

    [Fact]
    public async Task Look_ups_of_up_take_up_a_trusted_root_that_is_replaced_while_it_runs()
    {
        await using var stranger = await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions());
        Directory.CreateDirectory(files["runs"]);
        await File.WriteAllTextAsync(files["runs/one.yaml"], RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex));
        await using var up = await ServingProcess.StartAsync(files["data"], [files["runs"], .. files.Keyless]);
        await up.WaitForRunAsync("TaskRun e2e/one");
        await up.WaitAsync("our identity", () => IsVerifiedAsync(up));

        Replace("trusted_root.json", stranger.TrustedRootJson);
        await up.WaitAsync("a root that does not know us", async () => !await IsVerifiedAsync(up));
        (await SigstoreFiles.RunAsync("lookup", $"sha256:{Hex}", "--data", files["data"])).ShouldEndWith(0).Output.Should().Contain("NOT VERIFIED");

        Replace("trusted_root.json", files.Sigstore.TrustedRootJson);
        await up.WaitAsync("our root once more", () => IsVerifiedAsync(up));
        await up.StopAsync();
        await LookupNamesAsync();
    }

    [Fact]
    public async Task A_policy_accepts_what_up_signed_as_its_identity_and_no_other()
    {
        await UpAsync();

        (await VerifyByPolicyAsync(files.Sigstore.Subject)).ShouldEndWith(0);
        (await VerifyByPolicyAsync("https://ci.example.com/another")).ShouldEndWith(1).Output.Should().Contain("IDENTITY");
    }

    [Fact]
    public async Task Up_does_not_lose_a_run_while_a_service_is_away()
    {
        Directory.CreateDirectory(files["runs"]);
        await File.WriteAllTextAsync(files["runs/one.yaml"], RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex));
        files.Sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Status((int)HttpStatusCode.ServiceUnavailable), times: 4);

        (await SigstoreFiles.RunAsync(["up", files["runs"], "--once", "--port", "0", "--data", files["data"], .. files.Keyless])).ShouldEndWith(0).Output.Should().Contain("1 attested");

        files.Sigstore.Requests(SigstoreService.RekorV1).Should().Be(1);
        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1);
    }

    [Fact]
    public async Task Watch_has_to_know_who_signs_before_it_looks_for_a_cluster()
    {
        string[] watch = ["watch", "--builder-id", "https://ci.example.com/test", "--kubeconfig", files["none"], "--data", files["data"]];

        (await SigstoreFiles.RunAsync(watch)).ShouldBeRefused("Who signs?", "--signing-config");
        (await SigstoreFiles.RunAsync([.. watch, .. files.Instance])).ShouldBeRefused("There is no identity token", "/var/run/sigstore/cosign/oidc-token");
        (await SigstoreFiles.RunAsync([.. watch, .. files.Keyless])).ShouldBeRefused("none");
    }

    private static async Task<bool> IsVerifiedAsync(ServingProcess up)
    {
        using var found = JsonDocument.Parse(await up.Http.GetStringAsync(new Uri($"{up.Address}/lookup/sha256:{Hex}")));
        return found.RootElement.GetProperty("madeBy")[0].GetProperty("isVerified").GetBoolean();
    }

    /// <summary>By renaming, so that nobody reads half of it.</summary>
    private void Replace(string name, string content) => File.Move(files.Write(name + ".new", content), files[name], overwrite: true);

    private async Task UpAsync()
    {
        Directory.CreateDirectory(files["runs"]);
        await File.WriteAllTextAsync(files["runs/one.yaml"], RunFiles.TaskRun("one", "https://downloads.example.com/one", Hex));
        (await SigstoreFiles.RunAsync(
            ["up", files["runs"], "--once", "--port", "0", "--data", files["data"], "--builder-id", "https://ci.example.com/test", .. files.Keyless])).ShouldEndWith(0);
    }

    private async Task LookupNamesAsync()
    {
        var found = (await SigstoreFiles.RunAsync("lookup", $"sha256:{Hex}", "--data", files["data"], "-o", "json")).ShouldEndWith(0).Json.GetProperty("madeBy")[0];
        found.GetProperty("isVerified").GetBoolean().Should().BeTrue();
        found.GetProperty("signedBy").GetProperty("subject").GetString().Should().Be(files.Sigstore.Subject);
        found.GetProperty("signedBy").GetProperty("issuer").GetString().Should().Be(files.Sigstore.Issuer);
        (await SigstoreFiles.RunAsync("lookup", $"sha256:{Hex}", "--data", files["data"])).ShouldEndWith(0).Output.Should().Contain($"verified, {files.Sigstore.Subject}");
    }

    private Task<CommandResult> VerifyByPolicyAsync(string subject)
    {
        string policy = files.Write("policy.yaml", $$"""
            apiVersion: provenance.dev/v1alpha1
            kind: VerificationPolicy
            metadata: { name: downloads }
            spec:
              match:
                images: [{ glob: "downloads.example.com/one" }]
              signers:
                - name: platform
                  use: [provenance]
                  keyless: { trustRoot: trusted_root.json, issuer: "{{files.Sigstore.Issuer}}", subject: "{{subject}}" }
              builders:
                - { id: "https://ci.example.com/test", signers: [platform], maxLevel: 2, buildTypes: ["https://provenance.dev/buildtypes/tekton/v1"] }
              require:
                - name: made-by-us
                  predicateTypes: ["https://slsa.dev/provenance/v1"]
                  signers: [platform]
                  provenance: { minLevel: 2 }
            """);
        return SigstoreFiles.RunAsync("verify", $"sha256:{Hex}", "--data", files["data"], "--policy", policy, "--name", "downloads.example.com/one");
    }
}
