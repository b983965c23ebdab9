using System.Numerics;
using Provenance.Attestor.Signing.Edwards;

namespace Provenance.Attestor.Tests.Signing.Edwards;

public sealed class Ed25519KeyTests
{
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    // RFC 8032, section 7.1.
    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Verify_accepts_the_vectors_of_the_specification_and_no_change_to_them(string key, string message, string signature)
    {
        Ed25519Key.TryRead(Convert.FromHexString(key), out var read).Should().BeTrue();
        byte[] content = Convert.FromHexString(message);
        byte[] signed = Convert.FromHexString(signature);

        read!.Verify(content, signed).Should().BeTrue();
        read.Verify([.. content, 0], signed).Should().BeFalse();
        for (int bit = 0; bit < signed.Length * 8; bit += 5)
        {
            byte[] altered = [.. signed];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            read.Verify(content, altered).Should().BeFalse("bit {0} was flipped", bit);
        }
    }

    [Fact]
    public void Verify_rejects_a_second_spelling_of_S()
    {
        Ed25519Key.TryRead(Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), out var key).Should().BeTrue();
        byte[] signature = Convert.FromHexString(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        byte[] larger = new byte[32];
        (new BigInteger(signature.AsSpan(32), isUnsigned: true) + Order).TryWriteBytes(larger, out _, isUnsigned: true).Should().BeTrue();

        key!.Verify([], [.. signature[..32], .. larger]).Should().BeFalse();
    }

    [Theory]
    // Points whose eightfold is the identity: with such a key anybody could sign.
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    // Second spellings: y at or above the modulus, and the sign of x = 0.
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    // No point at all.
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    public void A_key_of_small_order_or_of_another_spelling_is_not_read(string key) =>
        Ed25519Key.TryRead(Convert.FromHexString(key), out _).Should().BeFalse();
}
