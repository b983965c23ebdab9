using Provenance.Attestor.Identities;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.SigningServices;
using Provenance.Testing;
using static Provenance.Attestor.Tests.Identities.Tokens;

namespace Provenance.Attestor.Tests.Identities;

public sealed class IdentityTokenSourcesTests
{
    private readonly Dictionary<string, string> environment = [];

    [Fact]
    public async Task The_first_source_in_the_order_of_cosign_is_taken()
    {
        using var folder = new TemporaryFolder();
        string projected = Path.Combine(folder.Path, "oidc-token");
        await File.WriteAllTextAsync(projected, Token());

        Detect(new() { ProjectedFile = projected }).Name.Should().Be($"file {projected}");
        environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://token.example/?api-version=2.0";
        environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = Canary;
        Detect(new() { ProjectedFile = projected }).Name.Should().Be("GitHub Actions");
        environment["SIGSTORE_ID_TOKEN"] = Token();
        Detect(new() { ProjectedFile = projected }).Name.Should().Be("variable SIGSTORE_ID_TOKEN");
        Detect(new() { ProjectedFile = projected, File = "/else" }).Name.Should().Be("file /else");
        Detect(new() { ProjectedFile = projected, Token = Token() }).Name.Should().Be("the caller");
    }

    [Fact]
    public void Where_nothing_is_found_the_error_lists_what_was_looked_for()
    {
        environment["SIGSTORE_ID_TOKEN"] = "";
        environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://token.example/";

        var fault = FluentActions.Invoking(() => Detect(new() { ProjectedFile = "/nowhere/oidc-token" })).Should().Throw<SigningServiceException>().Which;

        fault.Code.Should().Be(SigningServiceException.NoIdentity);
        fault.Message.Should().ContainAll("SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "id-token: write", "/nowhere/oidc-token");
    }

    [Fact]
    public void Two_sources_that_were_both_asked_for_are_refused()
    {
        var options = new IdentityTokenOptions { Token = Token(), File = "/else" };

        FluentActions.Invoking(() => Detect(options)).Should().Throw<SigningServiceException>().Which.ShouldHideTheToken(options.Token!).Should().Contain("only one");
        options.ToString().Should().NotContain(Canary).And.Contain("given");
    }

    [Fact]
    public async Task A_given_token_and_one_in_a_variable_are_read()
    {
        (await FetchAsync(Detect(new() { Token = Token() }))).SubjectToProve.Should().Be("system:serviceaccount:builds:signer");
        environment["SIGSTORE_ID_TOKEN"] = Token(claims => claims["sub"] = "project_path:group/app:ref_type:branch:ref:main");
        var source = Detect(new());
        (await FetchAsync(source)).SubjectToProve.Should().Be("project_path:group/app:ref_type:branch:ref:main");
        environment["SIGSTORE_ID_TOKEN"] = Token(claims => claims["aud"] = "https://gitlab.example");
        (await FaultAsync(source)).ShouldHideTheToken(environment["SIGSTORE_ID_TOKEN"]).Should().Contain("variable SIGSTORE_ID_TOKEN").And.Contain("https://gitlab.example");
        environment.Remove("SIGSTORE_ID_TOKEN");
        (await FaultAsync(source)).Message.Should().Contain("SIGSTORE_ID_TOKEN");
    }

    [Fact]
    public async Task A_projected_token_is_read_anew_each_time_as_the_kubelet_replaces_it()
    {
        using var folder = new TemporaryFolder();

        // The kubelet writes each token into a folder of its own and then turns a link to it.
        string current = Path.Combine(folder.Path, "..data");
        string file = Path.Combine(folder.Path, "oidc-token");
        foreach (string subject in new[] { "first", "second" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, subject));
            await File.WriteAllTextAsync(Path.Combine(folder.Path, subject, "oidc-token"), Token(claims => claims["sub"] = subject) + "\n");
        }

        Directory.CreateSymbolicLink(current, Path.Combine(folder.Path, "first"));
        File.CreateSymbolicLink(file, Path.Combine("..data", "oidc-token"));
        var source = Detect(new() { ProjectedFile = file });
        (await FetchAsync(source)).Subject.Should().Be("first");

        Directory.Delete(current);
        Directory.CreateSymbolicLink(current, Path.Combine(folder.Path, "second"));
        (await FetchAsync(source)).Subject.Should().Be("second");
    }

    [Fact]
    public async Task A_file_that_is_missing_or_too_large_or_no_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        string large = Path.Combine(folder.Path, "large");
        await File.WriteAllTextAsync(large, Token() + new string(' ', IdentityToken.MaximumSize));
        string fits = Path.Combine(folder.Path, "fits");
        await File.WriteAllTextAsync(fits, Token().PadRight(IdentityToken.MaximumSize));

        (await FaultAsync(Detect(new() { File = large }))).ShouldHideTheToken(Token()).Should().Contain(large).And.Contain($"{IdentityToken.MaximumSize}");
        (await FaultAsync(Detect(new() { File = Path.Combine(folder.Path, "none") }))).Message.Should().Contain("none");
        (await FaultAsync(Detect(new() { File = folder.Path }))).Code.Should().Be(SigningServiceException.NoIdentity);
        (await FetchAsync(Detect(new() { File = fits }))).Subject.Should().NotBeEmpty();
    }

    private static async Task<IdentityToken> FetchAsync(IIdentityTokenSource source) => await source.FetchAsync("sigstore", CancellationToken.None);

    private static async Task<SigningServiceException> FaultAsync(IIdentityTokenSource source) =>
        (await FluentActions.Awaiting(() => FetchAsync(source)).Should().ThrowAsync<SigningServiceException>()).Which;

    private IIdentityTokenSource Detect(IdentityTokenOptions options) =>
        IdentityTokenSources.Detect(options, environment.GetValueOrDefault, Connections.Http, new RetryTime());
}
