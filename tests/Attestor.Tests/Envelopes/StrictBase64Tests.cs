using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tests.Envelopes;

public sealed class StrictBase64Tests
{
    // RFC 4648, section 10.
    [Theory]
    [InlineData("", "")]
    [InlineData("Zg==", "f")]
    [InlineData("Zm8=", "fo")]
    [InlineData("Zm9v", "foo")]
    [InlineData("Zm9vYmFy", "foobar")]
    public void TryDecode_reads_the_vectors_of_RFC_4648(string text, string expected)
    {
        StrictBase64.TryDecode(text, out byte[]? bytes).Should().BeTrue();

        System.Text.Encoding.ASCII.GetString(bytes!).Should().Be(expected);
    }

    [Fact]
    public void TryDecode_reads_the_URL_safe_alphabet()
    {
        StrictBase64.TryDecode("-_-_", out byte[]? urlSafe).Should().BeTrue();
        StrictBase64.TryDecode("+/+/", out byte[]? standard).Should().BeTrue();

        urlSafe.Should().Equal(standard);
    }

    [Theory]
    [InlineData("Zg")]
    [InlineData("Zg=")]
    [InlineData("Zh==")]
    [InlineData("Zm9=")]
    [InlineData("Zm 9v")]
    [InlineData("Zm9v\n")]
    [InlineData("Zm9v\r\n\r\n")]
    [InlineData("    ")]
    [InlineData("====")]
    [InlineData("=")]
    [InlineData("Zg==Zg==")]
    [InlineData("+_+_")]
    [InlineData("Zm9é")]
    public void TryDecode_refuses_a_second_spelling(string text) => StrictBase64.TryDecode(text, out _).Should().BeFalse();

    [Fact]
    public void TryDecode_accepts_exactly_what_encoding_gives() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            StrictBase64.TryDecode(Convert.ToBase64String(bytes), out byte[]? decoded) && decoded.AsSpan().SequenceEqual(bytes))
            .QuickCheckThrowOnFailure();
}
