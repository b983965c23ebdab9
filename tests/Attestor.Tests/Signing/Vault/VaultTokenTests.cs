using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Vault;
using Provenance.Attestor.Tests.SigningServices;
using Provenance.Testing;
using Provenance.Testing.Vault;

namespace Provenance.Attestor.Tests.Signing.Vault;

public sealed class VaultTokenTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] Content = "content"u8.ToArray();

    private readonly RetryTime time = new();
    private readonly TemporaryFolder folder = new();
    private VaultServer vault = null!;

    private VaultOptions LoginOptions => new()
    {
        Address = vault.Address,
        KeyName = VaultServer.KeyName,
        Login = new VaultLogin("attestor", "kubernetes", folder["jwt"]),
    };

    public async Task InitializeAsync()
    {
        vault = await VaultServer.StartAsync();
        await File.WriteAllTextAsync(folder["jwt"], vault.ServiceAccountToken + "\n");
    }

    public async Task DisposeAsync() => await vault.DisposeAsync();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_service_account_logs_in_once_and_again_before_its_lease_ends()
    {
        using var signer = await OpenAsync(LoginOptions);
        await signer.SignAsync(Content, CancellationToken.None);
        vault.Logins.Should().Be(1);

        time.Advance(TimeSpan.FromSeconds(2400));
        await signer.SignAsync(Content, CancellationToken.None);

        vault.Logins.Should().Be(2);
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_by_a_new_login()
    {
        using var signer = await OpenAsync(LoginOptions);
        vault.Revoke();

        (await signer.SignAsync(Content, CancellationToken.None)).Should().NotBeEmpty();
        vault.Logins.Should().Be(2);
    }

    [Fact]
    public async Task A_login_that_is_refused_says_so_without_the_token()
    {
        await File.WriteAllTextAsync(folder["jwt"], "eyCANARYother");

        var fault = (await FluentActions.Invoking(() => OpenAsync(LoginOptions)).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Code.Should().Be(SigningServiceException.Refused);
        fault.ToString().Should().Contain("attestor").And.NotContain("CANARY");
    }

    [Fact]
    public async Task A_token_file_is_read_anew_so_that_an_agent_may_replace_it()
    {
        await File.WriteAllTextAsync(folder["token"], vault.Token + "\n");
        var options = new VaultOptions { Address = vault.Address, KeyName = VaultServer.KeyName, TokenFile = folder["token"] };
        using var signer = await OpenAsync(options);
        await File.WriteAllTextAsync(folder["token"], "hvs.CANARYexpired");

        var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;
        await File.WriteAllTextAsync(folder["token"], vault.Token);

        fault.ToString().Should().Contain("403").And.NotContain("CANARY");
        (await signer.SignAsync(Content, CancellationToken.None)).Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two tokens")]
    [InlineData("line\r\nX-Injected: 1")]
    public async Task A_file_that_holds_no_token_is_never_sent(string content)
    {
        await File.WriteAllTextAsync(folder["token"], content);
        var options = new VaultOptions { Address = vault.Address, KeyName = VaultServer.KeyName, TokenFile = folder["token"] };

        (await FluentActions.Invoking(() => OpenAsync(options)).Should().ThrowAsync<SigningServiceException>()).Which.Code.Should().Be(SigningServiceException.NoIdentity);
        vault.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Options_do_not_show_the_token() =>
        new VaultOptions { Address = vault.Address, KeyName = VaultServer.KeyName, Token = vault.Token }.ToString().Should().NotContain("CANARY");

    private Task<VaultSigner> OpenAsync(VaultOptions options) => VaultSigner.OpenAsync(options, time, CancellationToken.None);
}
