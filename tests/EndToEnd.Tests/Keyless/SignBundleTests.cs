using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing.Sigstore;

namespace Provenance.EndToEnd.Tests.Keyless;

/// <summary><c>provenance sign-bundle</c>, with the arguments in the order of the protocol of sigstore-conformance.</summary>
public sealed class SignBundleTests : IAsyncLifetime
{
    private const string Statement = """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a.txt","digest":{"sha256":"98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4"}}],"predicateType":"https://example.com/p","predicate":{}}""";

    private SigstoreFiles files = null!;

    public async Task InitializeAsync() => files = await SigstoreFiles.StartAsync();

    public async Task DisposeAsync() => await files.DisposeAsync();

    [Fact]
    public async Task An_artifact_is_signed_and_verifies()
    {
        string artifact = files.Write("a.txt", "hi\n");

        (await SignAsync([], artifact)).ShouldEndWith(0).Output.Should().Contain(files.Sigstore.Subject);

        (await VerifyAsync(artifact)).ShouldEndWith(0);
        (await VerifyAsync("sha256:98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4")).ShouldEndWith(0);
        (await VerifyAsync(files.Write("b.txt", "ho\n"))).ShouldEndWith(1);
    }

    [Fact]
    public async Task A_statement_is_signed_as_it_is()
    {
        string statement = files.Write("statement.json", Statement);

        (await SignAsync(["--staging", "--in-toto"], statement)).ShouldEndWith(0);

        (await VerifyAsync(files.Write("a.txt", "hi\n"))).ShouldEndWith(0);
        string payload = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Statement));
        (await File.ReadAllTextAsync(files["bundle.json"])).Should().Contain(payload);
    }

    [Fact]
    public async Task What_is_no_statement_is_not_signed_as_one()
    {
        (await SignAsync(["--in-toto"], files.Write("a.json", """{"_type":"https://in-toto.io/Statement/v1"}"""))).ShouldBeRefused("no in-toto statement");

        files.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(0);
    }

    [Fact]
    public async Task The_staging_instance_has_to_be_described()
    {
        string artifact = files.Write("a.txt", "hi\n");

        (await SigstoreFiles.RunAsync("sign-bundle", "--staging", "--identity-token", "x", "--bundle", files["bundle.json"], artifact)).ShouldBeRefused("--signing-config", "--trusted-root");
    }

    [Fact]
    public async Task A_token_that_is_none_is_not_repeated()
    {
        string artifact = files.Write("a.txt", "hi\n");

        var result = (await SigstoreFiles.RunAsync(["sign-bundle", "--identity-token", "secret-thing", "--bundle", files["bundle.json"], .. files.Instance, artifact])).ShouldBeRefused("identity token");

        result.Error.Should().NotContain("secret-thing");
        File.Exists(files["bundle.json"]).Should().BeFalse();
    }

    private Task<CommandResult> SignAsync(string[] flags, string artifact) => SigstoreFiles.RunAsync(
        ["sign-bundle", .. flags, "--identity-token", files.Sigstore.IssueToken(), "--bundle", files["bundle.json"], "--trusted-root", files["trusted_root.json"], "--signing-config", files["signing_config.json"], artifact]);

    private Task<CommandResult> VerifyAsync(string artifact) => SigstoreFiles.RunAsync(["verify-bundle", "--bundle", files["bundle.json"], .. files.Demand, artifact]);
}
