using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Vault;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Testing;
using Provenance.Testing.Vault;

namespace Provenance.Attestor.Tests.Signing.Vault;

public sealed class VaultSignerTests : IAsyncLifetime
{
    private static readonly byte[] Content = "content"u8.ToArray();

    private readonly SkippingTime time = new();
    private VaultServer vault = null!;

    private VaultOptions Options => new() { Address = vault.Address, KeyName = VaultServer.KeyName, Token = vault.Token };

    public async Task InitializeAsync() => vault = await VaultServer.StartAsync();

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_signature_by_the_newest_version_belongs_to_the_public_key()
    {
        vault.Rotate();
        using var signer = await OpenAsync();

        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);

        signer.PublicKey.Verify(Content, signature).Should().BeTrue();
        signer.Services.Should().Equal(vault.Address.Authority);
        vault.Requests.Should().Equal("GET /v1/transit/keys/release", "POST /v1/transit/sign/release/sha2-256");
    }

    [Theory]
    [InlineData(VaultLie.AnotherVersion, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.AnotherVersionInDisguise, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.AnotherContent, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.Malformed, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.Empty, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.Oversized, SigningServiceException.BadAnswer, false)]
    [InlineData(VaultLie.Forbidden, SigningServiceException.Refused, false)]
    [InlineData(VaultLie.Elsewhere, SigningServiceException.Refused, false)]
    [InlineData(VaultLie.Broken, SigningServiceException.Unavailable, true)]
    [InlineData(VaultLie.Sealed, SigningServiceException.Unavailable, true)]
    [InlineData(VaultLie.Silent, SigningServiceException.Unavailable, true)]
    public async Task Nothing_that_Vault_does_wrong_becomes_a_signature_or_shows_the_token(VaultLie lie, string code, bool isTransient)
    {
        vault.Rotate();
        using var signer = await OpenAsync(Options with { RequestTimeout = lie is VaultLie.Silent ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10) });
        vault.Lie = lie;

        var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Code.Should().Be(code);
        fault.IsTransient.Should().Be(isTransient);
        fault.Service.Should().Be(vault.Address.Authority);
        fault.ToString().Should().NotContain("CANARY");
        vault.Requests.Count(static r => r.StartsWith("POST", StringComparison.Ordinal)).Should().Be(isTransient ? 3 : 1);
        vault.Requests.Should().NotContain(static r => r.Contains("elsewhere"), "a token goes to the server that was named, and no further");
    }

    [Fact]
    public async Task A_Vault_that_asks_to_be_left_alone_is_left_alone()
    {
        using var signer = await OpenAsync();
        vault.Lie = VaultLie.Busy;

        var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.RetryAfter.Should().Be(TimeSpan.FromMinutes(1));
        vault.Requests.Count(static r => r.StartsWith("POST", StringComparison.Ordinal)).Should().Be(1);
    }

    [Theory]
    [InlineData(VaultLie.Malformed)]
    [InlineData(VaultLie.Oversized)]
    [InlineData(VaultLie.Forbidden)]
    [InlineData(VaultLie.Sealed)]
    public async Task A_key_that_cannot_be_read_opens_no_signer(VaultLie lie)
    {
        vault.Lie = lie;

        (await FluentActions.Invoking(() => OpenAsync()).Should().ThrowAsync<SigningServiceException>()).Which.ToString().Should().NotContain("CANARY");
    }

    [Theory]
    [InlineData("ecdsa-p384")]
    [InlineData("ed25519")]
    [InlineData("rsa-2048")]
    public async Task Keys_of_other_types_are_refused(string type)
    {
        vault.KeyType = type;

        (await FluentActions.Invoking(() => OpenAsync()).Should().ThrowAsync<KeyException>()).Which.Code.Should().Be("KEY_ALG_UNSUPPORTED");
    }

    [Fact]
    public async Task Short_outages_are_waited_out()
    {
        using var signer = await OpenAsync();
        vault.FailNext(2);

        (await signer.SignAsync(Content, CancellationToken.None)).Should().NotBeEmpty();
        time.Delays.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_version_that_was_added_signs_within_a_minute_and_the_one_before_is_still_ours()
    {
        using var signer = await OpenAsync();
        var bundles = new KeyBundleSigner(signer);
        var before = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));
        string first = signer.PublicKey.Fingerprint;
        vault.Rotate();
        time.Advance(TimeSpan.FromMinutes(1));

        var after = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));

        signer.PublicKey.Fingerprint.Should().NotBe(first);
        after.Material.KeyHint.Should().Be(signer.PublicKey.Hint);
        using var restarted = await OpenAsync();
        foreach (var known in new[] { bundles, new KeyBundleSigner(restarted) })
        {
            (await known.HasMadeAsync(before, CancellationToken.None)).Should().BeTrue();
            (await known.HasMadeAsync(after, CancellationToken.None)).Should().BeTrue();
            (await known.HasMadeAsync(Bundle.Parse(Forgery.Bundle(Forgery.Statement())), CancellationToken.None)).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_key_that_is_rotated_between_the_choice_and_the_signature_changes_neither()
    {
        using var signer = await OpenAsync();
        var chosen = await signer.FindNewestAsync(CancellationToken.None);
        vault.Rotate();
        time.Advance(TimeSpan.FromMinutes(1));
        await signer.FindNewestAsync(CancellationToken.None);

        byte[] signature = await chosen.SignAsync(Content, CancellationToken.None);

        chosen.PublicKey.Verify(Content, signature).Should().BeTrue();
        signer.PublicKey.Verify(Content, signature).Should().BeFalse();
    }

    [Fact]
    public async Task A_version_that_was_retired_fails_once_and_the_next_attempt_takes_the_newest()
    {
        using var signer = await OpenAsync();
        vault.Rotate();
        vault.LeastVersion = 2;

        var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.IsTransient.Should().BeTrue();
        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        signer.PublicKey.Verify(Content, signature).Should().BeTrue();
    }

    [Fact]
    public async Task A_version_that_does_not_sign_and_has_no_successor_is_refused_for_good()
    {
        using var signer = await OpenAsync();
        vault.LeastVersion = 2;

        var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Code.Should().Be(SigningServiceException.Refused);
        fault.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task What_another_process_signed_with_a_version_that_was_added_just_now_is_ours()
    {
        using var signer = await OpenAsync();
        vault.Rotate();
        using var other = await OpenAsync();
        var bundle = Bundle.Parse(await new KeyBundleSigner(other).SignAsync(Forgery.Statement(), CancellationToken.None));
        time.Advance(TimeSpan.FromSeconds(2));

        (await new KeyBundleSigner(signer).HasMadeAsync(bundle, CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task A_namespace_is_named_in_every_request()
    {
        vault.Namespace = "shop";

        await FluentActions.Invoking(() => OpenAsync()).Should().ThrowAsync<SigningServiceException>();
        using var signer = await OpenAsync(Options with { Namespace = "shop" });
        (await signer.SignAsync(Content, CancellationToken.None)).Should().NotBeEmpty();
    }

    private Task<VaultSigner> OpenAsync(VaultOptions? options = null) => VaultSigner.OpenAsync(options ?? Options, time, CancellationToken.None);
}
