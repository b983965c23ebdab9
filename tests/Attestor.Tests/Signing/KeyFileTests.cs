using System.Security.Cryptography;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class KeyFileTests : IDisposable
{
    private static readonly byte[] Content = "content"u8.ToArray();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null, "-----BEGIN PRIVATE KEY-----")]
    [InlineData("correct horse", "-----BEGIN ENCRYPTED PRIVATE KEY-----")]
    public async Task Generate_makes_a_pair_that_signs_and_verifies(string? passphrase, string firstLine)
    {
        var publicKey = KeyFile.Generate(folder["a.key"], passphrase);

        File.ReadLines(folder["a.key"]).First().Should().Be(firstLine);
        var loaded = KeyFile.LoadSigner(folder["a.key"], () => passphrase);
        loaded.Problems.Should().BeEmpty();
        byte[] signature = await loaded.Signer.SignAsync(Content, CancellationToken.None);
        KeyFile.LoadPublicKey(folder["a.pub"]).Verify(Content, signature).Should().BeTrue();
        loaded.Signer.PublicKey.Fingerprint.Should().Be(publicKey.Fingerprint);
    }

    [Fact]
    public void Generate_encrypts_with_AES_256_and_enough_iterations_for_other_programs_to_open()
    {
        KeyFile.Generate(folder["a.key"], "secret");

        using var key = ECDsa.Create();
        byte[] encrypted = PemEncoding.TryFind(File.ReadAllText(folder["a.key"]), out var fields) ? new byte[fields.DecodedDataLength] : [];
        Convert.TryFromBase64Chars(File.ReadAllText(folder["a.key"]).AsSpan()[fields.Base64Data], encrypted, out _).Should().BeTrue();
        key.ImportEncryptedPkcs8PrivateKey("secret", encrypted, out _);
        string hex = Convert.ToHexStringLower(encrypted);
        hex.Should().Contain("06096086480165030401" + "2a", "AES-256-CBC is 2.16.840.1.101.3.4.1.42");
        hex.Should().Contain("0203" + "0927c0", "the iteration count is the INTEGER 600000");
    }

    [Fact]
    public void Generate_writes_the_private_key_for_its_owner_only()
    {
        KeyFile.Generate(folder["a.key"], null);

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder["a.key"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Theory]
    [InlineData("a.key")]
    [InlineData("a.pub")]
    public void Generate_overwrites_neither_half(string existing)
    {
        File.WriteAllText(folder[existing], "mine");

        var act = () => KeyFile.Generate(folder["a.key"], null);

        act.Should().Throw<KeyException>().Where(e => e.Code == "KEY_EXISTS").WithMessage($"*{existing} exists already*");
        Directory.GetFiles(folder.Path).Should().Equal(folder[existing]);
        File.ReadAllText(folder[existing]).Should().Be("mine");
    }

    [Fact]
    public void Generate_refuses_a_name_that_is_for_public_keys()
    {
        var act = () => KeyFile.Generate(folder["a.pub"], null);

        act.Should().Throw<KeyException>().Where(e => e.Code == "KEY_INVALID");
    }

    [Fact]
    public void LoadSigner_reports_a_file_that_others_may_read()
    {
        KeyFile.Generate(folder["a.key"], null);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(folder["a.key"], UnixFileMode.UserRead | UnixFileMode.GroupRead);

        KeyFile.LoadSigner(folder["a.key"], () => null).Problems.Should().ContainSingle().Which.Should().Contain("chmod 600");
    }

    [Fact]
    public void LoadSigner_opens_the_key_file_of_cosign()
    {
        var signer = KeyFile.LoadSigner(Vectors.PathOf("sigstore-vectors/cosign-test-only.key"), () => "").Signer;

        signer.PublicKey.Fingerprint.Should().Be(KeyFile.LoadPublicKey(Vectors.PathOf("sigstore-vectors/cosign.pub")).Fingerprint);
    }

    [Fact]
    public void ReadSigner_opens_a_cosign_key_under_its_older_name()
    {
        string pem = Vectors.Text("sigstore-vectors/cosign-test-only.key").Replace("SIGSTORE", "COSIGN", StringComparison.Ordinal);

        KeyFile.ReadSigner(pem, "secret", () => "").PublicKey.Fingerprint
            .Should().Be(KeyFile.LoadPublicKey(Vectors.PathOf("sigstore-vectors/cosign.pub")).Fingerprint);
    }

    [Fact]
    public void ReadSigner_opens_SEC_1_and_plain_PKCS_8_keys()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string fingerprint = VerificationKey.From(key).Fingerprint;

        KeyFile.ReadSigner(key.ExportECPrivateKeyPem(), "a", () => null).PublicKey.Fingerprint.Should().Be(fingerprint);
        KeyFile.ReadSigner("Bag Attributes\n" + key.ExportPkcs8PrivateKeyPem(), "b", () => null).PublicKey.Fingerprint.Should().Be(fingerprint);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public void ReadSigner_says_when_the_passphrase_is_wrong_or_missing(string? passphrase)
    {
        KeyFile.Generate(folder["a.key"], "right");

        foreach (string path in new[] { folder["a.key"], Vectors.PathOf("sigstore-vectors/cosign-test-only.key") })
        {
            var act = () => KeyFile.LoadSigner(path, () => passphrase);
            act.Should().Throw<KeyException>().Where(e => e.Code == "KEY_PASSPHRASE").WithMessage($"*{path}*");
        }
    }

    [Fact]
    public void ReadSigner_refuses_other_curves_other_algorithms_and_other_text()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var publicPem = VerificationKey.From(ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToPem();

        CodeOf(p384.ExportPkcs8PrivateKeyPem()).Should().Be("KEY_ALG_UNSUPPORTED");
        CodeOf(rsa.ExportPkcs8PrivateKeyPem()).Should().Be("KEY_INVALID");
        CodeOf(publicPem).Should().Be("KEY_INVALID");
        CodeOf("no key").Should().Be("KEY_INVALID");
        CodeOf("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n").Should().Be("KEY_INVALID");
    }

    [Fact]
    public void ReadSigner_refuses_scrypt_parameters_that_would_exhaust_memory()
    {
        const string Json = """{"kdf":{"name":"scrypt","params":{"N":1073741824,"r":8,"p":1},"salt":"AAAA"},"cipher":{"name":"nacl/secretbox","nonce":"AAAA"},"ciphertext":"AAAA"}""";
        string pem = new(PemEncoding.Write("ENCRYPTED SIGSTORE PRIVATE KEY", System.Text.Encoding.UTF8.GetBytes(Json)));

        var act = () => KeyFile.ReadSigner(pem, "cosign.key", () => "");

        act.Should().Throw<KeyException>().Where(e => e.Code == "KEY_INVALID").WithMessage("*too costly*");
    }

    [Fact]
    public void LoadSigner_reads_of_a_device_that_never_ends_no_more_than_a_key_has()
    {
        var act = () => KeyFile.LoadSigner("/dev/zero", () => null);

        act.Should().Throw<KeyException>().Where(e => e.Code == "KEY_INVALID").WithMessage("/dev/zero is larger*");
    }

    [Fact]
    public void LoadPublicKey_names_the_file_that_is_missing_or_no_key()
    {
        File.WriteAllText(folder["bad.pub"], "bad");

        new Action(() => KeyFile.LoadPublicKey(folder["none.pub"])).Should().Throw<KeyException>().Where(e => e.Code == "KEY_UNREADABLE");
        new Action(() => KeyFile.LoadPublicKey(folder["bad.pub"])).Should().Throw<KeyException>().WithMessage("*bad.pub*");
    }

    private static string CodeOf(string pem) =>
        new Action(() => KeyFile.ReadSigner(pem, "text", () => "")).Should().Throw<KeyException>().Which.Code;
}
