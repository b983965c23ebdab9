using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Vault;
using Provenance.Attestor.Tests.SigningServices;
using Provenance.Testing;
using Provenance.Testing.Kubernetes;
using Provenance.Testing.Vault;

namespace Provenance.Attestor.Tests.Signing.Vault;

public sealed class VaultTransportTests : IDisposable
{
    private readonly TestAuthority authority = new("vault authority");
    private readonly TestAuthority stranger = new("vault authority");
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_authority_of_VAULT_CACERT_vouches_for_the_server_and_no_other_does()
    {
        await using var vault = await VaultServer.StartAsync(authority);
        await File.WriteAllTextAsync(folder["ca.pem"], authority.Pem);
        await File.WriteAllTextAsync(folder["stranger.pem"], stranger.Pem);

        using var signer = await OpenAsync(vault, folder["ca.pem"]);
        var faults = new[]
        {
            await FaultAsync(vault, folder["stranger.pem"]),
            await FaultAsync(vault, authorityFile: null),
        };

        (await signer.SignAsync("content"u8.ToArray(), CancellationToken.None)).Should().NotBeEmpty();
        faults.Should().AllSatisfy(static fault =>
        {
            fault.IsTransient.Should().BeFalse();
            fault.Message.Should().Contain("VAULT_CACERT");
            fault.ToString().Should().NotContain("CANARY");
        });
        vault.Requests.Should().HaveCount(2, "nothing is sent to a server that nobody vouches for");
    }

    private static async Task<SigningServiceException> FaultAsync(VaultServer vault, string? authorityFile) =>
        (await FluentActions.Invoking(() => OpenAsync(vault, authorityFile)).Should().ThrowAsync<SigningServiceException>()).Which;

    private static Task<VaultSigner> OpenAsync(VaultServer vault, string? authorityFile)
    {
        var options = new VaultOptions { Address = vault.Address, KeyName = VaultServer.KeyName, Token = vault.Token, AuthorityFile = authorityFile };
        return VaultSigner.OpenAsync(options, new RetryTime(), CancellationToken.None);
    }
}
