using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class SignatureKeyTests
{
    private static readonly byte[] Content = [1, 2, 3];

    [Theory]
    [InlineData("1.2.840.10045.3.1.7")]
    [InlineData("1.3.132.0.34")]
    [InlineData("1.3.132.0.35")]
    public void Verify_takes_one_spelling_of_a_signature_only(string curve)
    {
        using var pair = ECDsa.Create(ECCurve.CreateFromValue(curve));
        var key = SignatureKey.FromSubjectPublicKeyInfo(pair.ExportSubjectPublicKeyInfo());
        byte[] hash = CryptographicOperations.HashData(key.Hash, Content);
        var (r, s) = SignWithHighBits(pair, key.Hash);

        Accepts(Write(r, s)).Should().BeTrue();
        Accepts(Write(Negative(r), s)).Should().BeFalse("a negative number is none of a signature, whatever its bytes are");
        Accepts(Write(r, Negative(s))).Should().BeFalse();
        Accepts([.. Write(r, s), 0]).Should().BeFalse();
        Accepts(Write(r, s, BigInteger.One)).Should().BeFalse();
        Accepts(Write(BigInteger.Zero, BigInteger.Zero)).Should().BeFalse();
        Accepts([0x30, 0x80, .. Write(r, s).AsSpan(Write(r, s).Length > 130 ? 3 : 2), 0, 0]).Should().BeFalse();

        bool Accepts(byte[] signature)
        {
            bool accepted = key.Verify(Content, signature);
            key.VerifyHash(hash, signature).Should().Be(accepted);
            if (key.Hash == HashAlgorithmName.SHA256)
            {
                VerificationKey.FromPem(pair.ExportSubjectPublicKeyInfoPem()).Verify(Content, signature).Should().Be(accepted);
            }

            return accepted;
        }

        // The same bytes without the zero in front that keeps the number positive.
        BigInteger Negative(BigInteger value) => value - BigInteger.Pow(2, value.GetByteCount(isUnsigned: true) * 8);
    }

    // Both numbers begin with a bit of one within their bytes.
    private static (BigInteger R, BigInteger S) SignWithHighBits(ECDsa pair, HashAlgorithmName hash)
    {
        for (; ; )
        {
            byte[] bare = pair.SignData(Content, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            var r = new BigInteger(bare.AsSpan(0, bare.Length / 2), isUnsigned: true, isBigEndian: true);
            var s = new BigInteger(bare.AsSpan(bare.Length / 2), isUnsigned: true, isBigEndian: true);
            if (r.GetByteCount(isUnsigned: true) < r.GetByteCount() && s.GetByteCount(isUnsigned: true) < s.GetByteCount())
            {
                return (r, s);
            }
        }
    }

    private static byte[] Write(params BigInteger[] numbers)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var number in numbers)
            {
                writer.WriteInteger(number);
            }
        }

        return writer.Encode();
    }
}
