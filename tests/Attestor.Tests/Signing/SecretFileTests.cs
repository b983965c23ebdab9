using Provenance.Attestor.Signing;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class SecretFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_may_be_as_large_as_it_may_be_and_no_larger()
    {
        File.WriteAllText(folder["secret"], "12345678");

        SecretFile.FindText(folder["secret"], 8).Should().Be("12345678");
        SecretFile.FindText(folder["secret"], 7).Should().BeNull();
    }

    [Fact]
    public void A_file_without_an_end_is_not_read_to_it()
    {
        SecretFile.FindText("/dev/zero", 4096).Should().BeNull();
    }

    [Fact]
    public void A_mark_of_the_encoding_is_no_part_of_the_secret()
    {
        File.WriteAllBytes(folder["secret"], [0xEF, 0xBB, 0xBF, (byte)'s']);

        SecretFile.FindText(folder["secret"], 8).Should().Be("s");
    }
}
