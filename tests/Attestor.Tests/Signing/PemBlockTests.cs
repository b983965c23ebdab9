using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class PemBlockTests
{
    [Theory]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\r\nAQ\r\nID\r\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----AQID-----END PUBLIC KEY-----")]
    [InlineData("a comment\n-----BEGIN PUBLIC KEY-----\n AQID\t\n-----END PUBLIC KEY-----\nmore")]
    [InlineData("\uFEFF-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----")]
    public void The_first_block_is_read(string text)
    {
        PemBlock.TryRead(text, "PUBLIC KEY", out byte[]? content).Should().BeTrue();

        content.Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQID")]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQID\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQID\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY")]
    [InlineData("-----BEGIN PUBLIC KEY\nAQID\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN RSA PUBLIC KEY-----\nAQID\n-----END RSA PUBLIC KEY-----")]
    [InlineData("x-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQI\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAQ-_\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nName: value\n\nAQID\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----")]
    public void Anything_else_is_no_block(string text)
    {
        PemBlock.TryRead(text, "PUBLIC KEY", out byte[]? content).Should().BeFalse();

        content.Should().BeNull();
    }
}
