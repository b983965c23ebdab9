using System.Security.Cryptography;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

/// <summary>Public keys in the forms that real files have, and in those that attackers give them.</summary>
public sealed class PublicKeyTextTests
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly string Pem = Key.ExportSubjectPublicKeyInfoPem() + "\n";

    [Theory]
    [InlineData("as written", "", "", "\n")]
    [InlineData("with the line ends of Windows", "", "", "\r\n")]
    [InlineData("with blanks at the ends of lines", "", "", "  \t\n")]
    [InlineData("after comments and what openssl -text writes", "# key of the team\n\nPublic-Key: (256 bit)\npub:\n    04:a1\n", "", "\n")]
    [InlineData("after a byte order mark", "\uFEFF", "", "\n")]
    [InlineData("before a certificate, as openssl x509 -pubkey writes it", "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\n")]
    public void Real_files_are_read(string form, string before, string after, string lineEnd)
    {
        string text = before + Pem.Replace("\n", lineEnd, StringComparison.Ordinal) + after;
        string expected = Convert.ToHexStringLower(SHA256.HashData(Key.ExportSubjectPublicKeyInfo()));

        VerificationKey.FromPem(text).Fingerprint.Should().Be(expected, form);
        SignatureKey.FromPem(text).Fingerprint.Should().Be(expected, form);
    }

    [Fact]
    public void Several_keys_in_one_text_are_refused() => Refused(Pem + Pem, "several keys");

    [Fact]
    public void A_block_of_another_kind_before_the_key_is_named_as_the_reason() =>
        Refused("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + Pem, "first PEM block");

    [Fact]
    public void A_key_on_a_curve_that_it_describes_itself_is_refused()
    {
        using var own = ECDsa.Create(Key.ExportExplicitParameters(includePrivateParameters: false));
        Refused(own.ExportSubjectPublicKeyInfoPem(), "explicit parameters");
    }

    [Fact]
    public void A_private_key_on_a_curve_that_it_describes_itself_is_refused()
    {
        using var own = ECDsa.Create(Key.ExportExplicitParameters(includePrivateParameters: true));

        FluentActions.Invoking(() => KeyFile.ReadSigner(own.ExportPkcs8PrivateKeyPem(), "a.key", static () => null)).Should().Throw<KeyException>()
            .WithMessage("*explicit parameters*");
    }

    private static void Refused(string pem, string why)
    {
        FluentActions.Invoking(() => VerificationKey.FromPem(pem)).Should().Throw<KeyException>().WithMessage($"*{why}*");
        FluentActions.Invoking(() => SignatureKey.FromPem(pem)).Should().Throw<KeyException>().WithMessage($"*{why}*");
    }
}
