using System.Text;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class ScryptTests
{
    // RFC 7914, section 12; its fourth vector needs 1 GiB, which is over our bound.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void DeriveKey_gives_the_values_of_RFC_7914(string password, string salt, int cost, int blockSize, int parallelization, string expected)
    {
        byte[] key = Scrypt.DeriveKey(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt), cost, blockSize, parallelization, 64);

        Convert.ToHexStringLower(key).Should().Be(expected);
    }

    [Theory]
    [InlineData(65536, 8, 1, true)]
    [InlineData(131072, 8, 1, true)]
    [InlineData(1048576, 8, 1, false)]
    [InlineData(65536, 8, 64, false)]
    [InlineData(65535, 8, 1, false)]
    [InlineData(1, 8, 1, false)]
    [InlineData(0, 8, 1, false)]
    [InlineData(-65536, 8, 1, false)]
    [InlineData(65536, 0, 1, false)]
    [InlineData(65536, 8, 0, false)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue, false)]
    public void Accepts_only_parameters_that_are_valid_and_affordable(long cost, long blockSize, long parallelization, bool expected) =>
        Scrypt.Accepts(cost, blockSize, parallelization).Should().Be(expected);
}
