using System.Text;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tests.Envelopes;

public sealed class PreAuthenticationEncodingTests
{
    // DSSE v1, protocol.md, "Test vectors".
    [Theory]
    [InlineData("http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world")]
    [InlineData("", "", "DSSEv1 0  0 ")]
    [InlineData("é", "ü", "DSSEv1 2 é 2 ü")]
    public void Of_gives_the_bytes_of_the_specification(string type, string payload, string expected)
    {
        byte[] encoded = PreAuthenticationEncoding.Of(type, Encoding.UTF8.GetBytes(payload));

        Encoding.UTF8.GetString(encoded).Should().Be(expected);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(99_999)]
    [InlineData(100_000)]
    public void Of_counts_bytes_in_decimal(int size)
    {
        byte[] encoded = PreAuthenticationEncoding.Of("t", new byte[size]);

        Encoding.ASCII.GetString(encoded, 0, encoded.Length - size).Should().Be($"DSSEv1 1 t {size} ");
    }
}
