using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Vault;

namespace Provenance.Attestor.Tests.Signing.Vault;

public sealed class VaultReferenceTests
{
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal)
    {
        ["VAULT_ADDR"] = "https://vault.example.com:8200",
        ["HOME"] = "/home/ci",
    };

    [Fact]
    public void The_environment_is_that_of_cosign_and_of_Vault()
    {
        environment["TRANSIT_SECRET_ENGINE_PATH"] = "teams/shop/transit/";
        environment["VAULT_NAMESPACE"] = "shop";
        environment["VAULT_CACERT"] = "/etc/vault/ca.pem";

        var options = Read("hashivault://release-key");

        options.KeyName.Should().Be("release-key");
        options.Address.Authority.Should().Be("vault.example.com:8200");
        options.Engine.Should().Be("teams/shop/transit");
        options.Namespace.Should().Be("shop");
        options.AuthorityFile.Should().Be("/etc/vault/ca.pem");
        options.TokenFile.Should().Be("/home/ci/.vault-token");
    }

    [Fact]
    public void A_token_goes_before_a_login_and_a_login_before_the_token_file()
    {
        environment["VAULT_ROLE"] = "attestor";
        var login = Read("hashivault://k");
        environment["VAULT_TOKEN"] = "hvs.x";
        var token = Read("hashivault://k");

        login.Login!.Role.Should().Be("attestor");
        login.TokenFile.Should().BeNull();
        token.Token.Should().Be("hvs.x");
        token.Login.Should().BeNull();
    }

    [Theory]
    [InlineData("VAULT_ADDR", "http://vault.example.com:8200", "http is for this machine only")]
    [InlineData("VAULT_ADDR", "http://10.0.0.1:8200", "http is for this machine only")]
    [InlineData("VAULT_ADDR", "http://localhost.example.com", "http is for this machine only")]
    [InlineData("VAULT_ADDR", "https://user:pw@vault.example.com", "no address")]
    [InlineData("VAULT_ADDR", "vault.example.com:8200", "no address")]
    [InlineData("VAULT_ADDR", "", "needs VAULT_ADDR")]
    [InlineData("VAULT_SKIP_VERIFY", "1", "VAULT_SKIP_VERIFY")]
    [InlineData("TRANSIT_SECRET_ENGINE_PATH", "../sys", "TRANSIT_SECRET_ENGINE_PATH")]
    [InlineData("TRANSIT_SECRET_ENGINE_PATH", "a?b", "TRANSIT_SECRET_ENGINE_PATH")]
    [InlineData("VAULT_NAMESPACE", "a\r\nb", "VAULT_NAMESPACE")]
    [InlineData("VAULT_TOKEN", "a\r\nX: CANARY", "VAULT_TOKEN")]
    public void An_environment_that_is_wrong_or_dangerous_is_refused(string variable, string value, string problem)
    {
        environment[variable] = value;

        FluentActions.Invoking(() => Read("hashivault://k")).Should().Throw<KeyException>()
            .Where(static e => e.Code == "KEY_REFERENCE").Which.Message.Should().Contain(problem).And.NotContain("CANARY").And.NotContain("pw@");
    }

    [Theory]
    [InlineData("hashivault://")]
    [InlineData("hashivault://a/b")]
    [InlineData("hashivault://..")]
    [InlineData("hashivault://a b")]
    [InlineData("hashivault://a?b")]
    [InlineData("hashivault://a\n")]
    public void A_reference_without_a_key_name_is_refused(string reference) =>
        FluentActions.Invoking(() => Read(reference)).Should().Throw<KeyException>().Where(static e => e.Code == "KEY_REFERENCE");

    private VaultOptions Read(string reference) => VaultReference.Read(reference, name => environment.GetValueOrDefault(name));
}
