using System.Text.Json;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing.Sigstore;

namespace Provenance.EndToEnd.Tests.Keyless;

/// <summary><c>provenance attest-blob</c>.</summary>
public sealed class AttestBlobTests : IAsyncLifetime
{
    private const string Hash = "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4";

    private SigstoreFiles files = null!;

    private string Artifact => files.Write("a.txt", "hi\n");

    private string Predicate => files.Write("predicate.json", """{ "b": [1, 2.50], "a": "ä" }""");

    public async Task InitializeAsync() => files = await SigstoreFiles.StartAsync();

    public async Task DisposeAsync() => await files.DisposeAsync();

    [Fact]
    public async Task An_attestation_is_signed_as_an_identity_and_verifies()
    {
        (await AttestAsync(Artifact, "https://example.com/p/v1", files.Keyless)).ShouldEndWith(0).Output.Should().Contain(Hash).And.Contain(files.Sigstore.Subject);

        (await SigstoreFiles.RunAsync(["verify-bundle", "--bundle", files["bundle.json"], .. files.Demand, Artifact])).ShouldEndWith(0);
        (await StatementAsync()).Should().Be(
            """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a.txt","digest":{"sha256":"HASH"}}],"predicateType":"https://example.com/p/v1","predicate":{"a":"ä","b":[1,2.50]}}""".Replace("HASH", Hash));
    }

    [Fact]
    public async Task A_digest_does_for_an_artifact_that_is_elsewhere()
    {
        (await AttestAsync($"sha256:{Hash}", "openvex", files.Keyless)).ShouldEndWith(0);

        (await StatementAsync()).Should().Contain("""{"digest":{"sha256":"HASH"}}""".Replace("HASH", Hash)).And.Contain("https://openvex.dev/ns");
    }

    [Fact]
    public async Task A_key_signs_alone_or_with_witnesses()
    {
        (await SigstoreFiles.RunAsync("key", "generate", "--out", files["k.key"], "--no-passphrase")).ShouldEndWith(0);
        (await AttestAsync(Artifact, "slsaprovenance1", "--key", files["k.key"])).ShouldEndWith(0);
        (await File.ReadAllTextAsync(files["bundle.json"])).Should().NotContain("tlogEntries");

        (await AttestAsync(Artifact, "slsaprovenance1", ["--key", files["k.key"], .. files.Instance])).ShouldEndWith(0);

        (await File.ReadAllTextAsync(files["bundle.json"])).Should().Contain("tlogEntries").And.Contain("rfc3161Timestamps", "the older bundle was replaced");
        (await SigstoreFiles.RunAsync("verify-bundle", "--bundle", files["bundle.json"], "--key", files["k.pub"], "--trusted-root", files["trusted_root.json"], Artifact)).ShouldEndWith(0);
    }

    [Theory]
    [InlineData("SIGSTORE_ID_TOKEN")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL")]
    public async Task The_environment_offers_the_token(string variable)
    {
        var environment = variable is "SIGSTORE_ID_TOKEN"
            ? new Dictionary<string, string> { [variable] = files.Sigstore.IssueToken() }
            : new Dictionary<string, string> { [variable] = files.Sigstore.ActionsTokenUri, ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = files.Sigstore.ActionsRequestToken };

        (await Executable.RunWithAsync(
            "", environment, ["attest-blob", Artifact, "--predicate", Predicate, "--type", "vuln", "--bundle", files["bundle.json"], .. files.Instance])).ShouldEndWith(0);
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "twice")]
    [InlineData("[]", "array")]
    [InlineData("", "not valid JSON")]
    public async Task A_predicate_that_readers_would_not_agree_about_is_refused(string predicate, string reason)
    {
        string file = files.Write("bad.json", predicate);

        (await SigstoreFiles.RunAsync(["attest-blob", Artifact, "--predicate", file, "--type", "vuln", "--bundle", files["bundle.json"], .. files.Keyless])).ShouldBeRefused("bad.json", reason);

        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(0);
    }

    [Theory]
    [InlineData("no-such-folder/bundle.json", "no-such-folder")]
    [InlineData(".", "is a folder")]
    [InlineData("/sys/bundle.json", "cannot be written")]
    public async Task A_bundle_that_cannot_be_written_is_refused_before_a_service_hears_of_it(string bundle, string reason)
    {
        (await SigstoreFiles.RunAsync(["attest-blob", Artifact, "--predicate", Predicate, "--type", "vuln", "--bundle", files[bundle], .. files.Keyless])).ShouldBeRefused(reason);
        (await SigstoreFiles.RunAsync(["sign-bundle", Artifact, "--bundle", files[bundle], .. files.Keyless])).ShouldBeRefused(reason);

        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(0);
    }

    [Fact]
    public async Task A_bundle_does_not_take_the_place_of_a_device()
    {
        // By a link, so that this machine keeps its devices where the command does it all the same.
        File.CreateSymbolicLink(files["link.json"], "/dev/null");

        (await SigstoreFiles.RunAsync(["attest-blob", Artifact, "--predicate", Predicate, "--type", "vuln", "--bundle", files["link.json"], .. files.Keyless])).ShouldBeRefused("link.json", "replace");

        new FileInfo(files["link.json"]).LinkTarget.Should().Be("/dev/null");
    }

    [Fact]
    public async Task Who_signs_has_to_be_said_once()
    {
        (await AttestAsync(Artifact, "vuln")).ShouldBeRefused("Who signs?", "--key", "--signing-config");
        (await AttestAsync(Artifact, "vuln", ["--key", "k.key", .. files.Keyless])).ShouldBeRefused("not both");
        (await AttestAsync(Artifact, "vuln", "--trusted-root", files["trusted_root.json"], "--identity-token-file", files.TokenFile)).ShouldBeRefused("--signing-config");
        (await AttestAsync(Artifact, "vuln", "--identity-token-file", files.TokenFile)).ShouldBeRefused("--signing-config", "public");
        (await AttestAsync(Artifact, "nonsense", files.Keyless)).ShouldBeRefused("nonsense", "slsaprovenance1");
        (await AttestAsync("nowhere.txt", "vuln", files.Keyless)).ShouldBeRefused("nowhere.txt");
    }

    [Theory]
    [InlineData(SigstoreLie.CertificateForAnotherKey)]
    [InlineData(SigstoreLie.EntryOfAnotherSignature)]
    [InlineData(SigstoreLie.TimestampOverOtherBytes)]
    public async Task Nothing_is_written_where_a_service_lies(SigstoreLie lie)
    {
        files.Sigstore.Lie = lie;

        (await AttestAsync(Artifact, "vuln", files.Keyless)).ShouldEndWith(3).ErrorLines.Should().ContainSingle().Which.Should().StartWith("error: ").And.Contain("localhost");

        files.Names.Should().NotContain(static name => name.StartsWith("bundle.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_is_away_is_named()
    {
        files.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Status(503));

        (await AttestAsync(Artifact, "vuln", files.Keyless)).ShouldEndWith(3).Error.Should().Contain("transparency log").And.Contain("Try again later");

        File.Exists(files["bundle.json"]).Should().BeFalse();
    }

    private Task<CommandResult> AttestAsync(string artifact, string type, params string[] signing) =>
        SigstoreFiles.RunAsync(["attest-blob", artifact, "--predicate", Predicate, "--type", type, "--bundle", files["bundle.json"], .. signing]);

    private async Task<string> StatementAsync()
    {
        using var bundle = JsonDocument.Parse(await File.ReadAllTextAsync(files["bundle.json"]));
        return System.Text.Encoding.UTF8.GetString(bundle.RootElement.GetProperty("dsseEnvelope").GetProperty("payload").GetBytesFromBase64());
    }
}
