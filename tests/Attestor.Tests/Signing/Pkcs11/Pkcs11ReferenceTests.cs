using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Pkcs11;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing.Pkcs11;

public sealed class Pkcs11ReferenceTests : IDisposable
{
    private const string Module = "module-path=/usr/lib/softhsm/libsofthsm2.so";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_URI_names_token_key_module_and_PIN()
    {
        File.WriteAllText(folder["pin"], "12%34\n");

        var read = Read($"pkcs11:token=My%20token;object=release;id=%01%Ff;type=private?{Module}&pin-source=file:{folder["pin"]}");

        read.Token.Should().Be("My token");
        read.Label.Should().Equal("release"u8.ToArray());
        read.Id.Should().Equal(0x01, 0xFF);
        read.ModulePath.Should().Be("/usr/lib/softhsm/libsofthsm2.so");
        read.Pin.Should().Equal("12%34"u8.ToArray());
        read.Problems.Should().BeEmpty();
        read.ToString().Should().Be("the key release in the token My token");
    }

    [Fact]
    public async Task A_scheme_in_capitals_is_the_same_scheme_and_shows_no_PIN()
    {
        const string Reference = "PKCS11:token=T;object=O?module-path=/nowhere/module.so&pin-value=CANARY";

        var fault = (await FluentActions.Awaiting(() => Attestor.Signing.References.SignerReference.OpenAsync(Reference, static () => null, TimeProvider.System, CancellationToken.None))
            .Should().ThrowAsync<KeyException>()).Which;

        fault.Message.Should().Contain("PKCS #11 module");
        fault.ToString().Should().NotContain("CANARY");
    }

    [Fact]
    public void The_variables_of_cosign_stand_in_for_module_and_PIN()
    {
        environment["COSIGN_PKCS11_MODULE_PATH"] = "/opt/module.so";
        environment["COSIGN_PKCS11_PIN"] = "1234";

        var read = Read("pkcs11:slot-id=7;id=%0a");

        read.ModulePath.Should().Be("/opt/module.so");
        read.Pin.Should().Equal("1234"u8.ToArray());
        read.Slot.Should().Be(7);
        read.ToString().Should().Be("the key with id 0a in the token of slot 7");
    }

    [Fact]
    public void A_PIN_in_the_command_line_is_used_and_warned_of() =>
        Read($"pkcs11:token=t;object=o?{Module}&pin-value=CANARY").Problems.Should().ContainSingle().Which.Should().Contain("pin-source").And.NotContain("CANARY");

    [Theory]
    [InlineData("pkcs11:object=o?" + Module + "&pin-value=CANARY", "needs token")]
    [InlineData("pkcs11:token=t?" + Module + "&pin-value=CANARY", "needs object")]
    [InlineData("pkcs11:token=t;object=o?pin-value=CANARY", "needs module-path")]
    [InlineData("pkcs11:token=t;object=o?module-path=lib.so&pin-value=CANARY", "begin at the root")]
    [InlineData("pkcs11:token=t;object=o;object=p?" + Module, "object twice")]
    [InlineData("pkcs11:token=t;object=o;library-manufacturer=m?" + Module, "not known here")]
    [InlineData("pkcs11:token=t;object=o?" + Module + "&pin-value=a&CANARY", "not known here")]
    [InlineData("pkcs11:token=t;object=o?" + Module + "&pin-value=CANARY%4", "two hexadecimal digits")]
    [InlineData("pkcs11:token=t;object=o;type=cert?" + Module, "type other than private")]
    [InlineData("pkcs11:token=t;object=?" + Module, "without a value")]
    [InlineData("pkcs11:slot-id=-1;object=o?" + Module, "no number")]
    public void A_URI_that_leaves_anything_open_is_refused_without_repeating_it(string uri, string problem) =>
        FluentActions.Invoking(() => Read(uri)).Should().Throw<KeyException>().Where(static e => e.Code == "KEY_REFERENCE")
            .Which.Message.Should().Contain(problem).And.NotContain("CANARY");

    [Fact]
    public void A_PIN_file_that_is_not_there_is_named() =>
        FluentActions.Invoking(() => Read($"pkcs11:token=t;object=o?{Module}&pin-source=/no/such/pin")).Should().Throw<KeyException>().WithMessage("*/no/such/pin*");

    [Fact]
    public void A_file_that_is_no_module_is_refused()
    {
        File.WriteAllText(folder["module.so"], "no library");

        FluentActions.Invoking(() => Pkcs11Signer.Open(Read($"pkcs11:token=t;object=o?module-path={folder["module.so"]}"))).Should().Throw<KeyException>()
            .Where(static e => e.Code == "KEY_REFERENCE");
    }

    private Pkcs11Reference Read(string uri) => Pkcs11Reference.Read(uri, name => environment.GetValueOrDefault(name));
}
