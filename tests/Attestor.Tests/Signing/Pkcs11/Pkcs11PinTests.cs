using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Pkcs11;

namespace Provenance.Attestor.Tests.Signing.Pkcs11;

/// <summary>When the PIN is given to a token: at the start, with each signature where the key asks for it, and never again once it was refused.</summary>
public sealed class Pkcs11PinTests : IDisposable
{
    private const uint SessionClosed = 0xB0;
    private const uint PinIncorrect = 0xA0;
    private const uint PinLocked = 0xA4;
    private const uint Failed = 0x06;

    private static readonly byte[] Content = [1, 2, 3];

    private readonly ScriptedModule module = new();

    public void Dispose() => module.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    public async Task A_key_that_does_not_ask_is_given_the_PIN_once(bool? asks)
    {
        module.AsksEachTime = asks;
        using var signer = Open();

        await SignAsync(signer);
        await SignAsync(signer);

        module.Calls.Should().Equal("open", "login", "begin", "sign", "begin", "sign");
    }

    [Fact]
    public async Task A_key_that_asks_with_each_signature_is_given_the_PIN_each_time()
    {
        module.AsksEachTime = true;
        using var signer = Open();

        await SignAsync(signer);
        await SignAsync(signer);

        module.Calls.Should().Equal("open", "login", "begin", "login-again", "sign", "begin", "login-again", "sign");
    }

    [Theory]
    [InlineData(PinIncorrect)]
    [InlineData(PinLocked)]
    public async Task A_PIN_that_was_refused_with_a_signature_is_never_tried_again(uint answer)
    {
        module.AsksEachTime = true;
        using var signer = Open();
        await SignAsync(signer);
        module.Calls.Clear();
        module.Faults["login-again"] = answer;

        var first = await FaultAsync(signer);
        var second = await FaultAsync(signer);

        first.IsTransient.Should().BeFalse();
        first.ToString().Should().NotContain("1234");
        second.Code.Should().Be(SigningServiceException.Refused);
        module.Calls.Should().Equal("begin", "login-again", "close");
    }

    [Fact]
    public async Task A_key_with_a_PIN_of_its_own_for_signatures_is_told_apart_from_the_tokens()
    {
        module.AsksEachTime = true;
        module.SignaturePin = "9999";
        using var signer = Open();

        (await FaultAsync(signer)).Message.Should().Contain("for signatures");
        await FaultAsync(signer);

        module.Calls.Should().Equal("open", "login", "begin", "login-again", "close");
    }

    [Fact]
    public void A_key_that_asks_with_each_signature_needs_a_PIN()
    {
        module.AsksEachTime = true;

        FluentActions.Invoking(() => Open(pin: "")).Should().Throw<KeyException>().Where(static e => e.Code == "KEY_PASSPHRASE").WithMessage("*pin-source*");
        module.Calls.Should().Equal("open", "close");
    }

    [Theory]
    [InlineData("begin", SessionClosed)]
    [InlineData("login-again", SessionClosed)]
    [InlineData("sign", Failed)]
    public async Task A_session_that_was_lost_before_the_PIN_was_judged_or_after_is_opened_again(string call, uint answer)
    {
        module.AsksEachTime = true;
        using var signer = Open();
        module.Faults[call] = answer;

        await SignAsync(signer);

        module.Calls[^6..].Should().Equal("close", "open", "login", "begin", "login-again", "sign");
    }

    [Fact]
    public async Task A_PIN_that_was_changed_meanwhile_is_not_tried_again()
    {
        using var signer = Open();
        module.Pin = "5678";
        module.Faults["begin"] = SessionClosed;

        await FaultAsync(signer);
        await FaultAsync(signer);

        module.Calls.Should().Equal("open", "login", "begin", "close", "open", "login", "close");
    }

    private static async Task SignAsync(Pkcs11Signer signer)
    {
        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        signer.PublicKey.Verify(Content, signature).Should().BeTrue();
    }

    private static async Task<SigningServiceException> FaultAsync(Pkcs11Signer signer) =>
        (await FluentActions.Awaiting(() => signer.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

    private Pkcs11Signer Open(string pin = "&pin-value=1234") => Pkcs11Signer.Open(
        new Pkcs11Module(module.FunctionList), Pkcs11Reference.Read($"pkcs11:token=release;object=signing?module-path=/none.so{pin}", static _ => null));
}
