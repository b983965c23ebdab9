using System.Text;
using System.Text.Json;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;

namespace Provenance.Attestor.Tests.Bundles;

public sealed class BundleWriterTests
{
    [Theory]
    [InlineData("cosign-key.bundle.json", "cosign.pub")]
    [InlineData("cs-key-0-0.json", "our.pub")]
    public void Write_gives_the_bytes_that_cosign_gives_for_the_same_statement_and_signature(string file, string keyFile)
    {
        byte[] expected = Encoding.UTF8.GetBytes(Vectors.Text("sigstore-vectors/" + file).TrimEnd());
        var key = VerificationKey.FromPem(Vectors.Text("sigstore-vectors/" + keyFile));
        var bundle = Bundle.Parse(expected);

        byte[] written = BundleWriter.Write(bundle.Envelope.Payload.Span, bundle.Envelope.Signatures[0].Value.Span, key);

        Encoding.UTF8.GetString(written).Should().Be(Encoding.UTF8.GetString(expected));
    }

    [Theory]
    [InlineData("kl1")]
    [InlineData("kl2")]
    [InlineData("kl-tsaonly")]
    [InlineData("key-rekor1")]
    [InlineData("key-rekor2")]
    [InlineData("key-tsaonly")]
    public void Write_gives_the_bytes_that_cosign_gives_for_the_same_material(string name)
    {
        byte[] expected = Encoding.UTF8.GetBytes(Vectors.Text($"sigstore-vectors/{name}.bundle.json").TrimEnd());
        var bundle = Bundle.Parse(expected);

        byte[] written = BundleWriter.Write(bundle.Envelope.Payload.Span, bundle.Envelope.Signatures[0].Value.Span, bundle.Material);

        Encoding.UTF8.GetString(written).Should().Be(Encoding.UTF8.GetString(expected));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100_000)]
    public void Write_gives_a_bundle_that_reads_back_as_the_same_statement(int size)
    {
        byte[] statement = new byte[size];
        new Random(size).NextBytes(statement);
        var key = VerificationKey.FromPem(Vectors.Text("sigstore-vectors/our.pub"));

        byte[] written = BundleWriter.Write(statement, [1, 2, 3], key);

        using var json = JsonDocument.Parse(written);
        json.RootElement.GetProperty("dsseEnvelope").GetProperty("signatures")[0].TryGetProperty("keyid", out _).Should().BeFalse();
        var bundle = Bundle.Parse(written);
        bundle.Envelope.Payload.ToArray().Should().Equal(statement);
        bundle.Envelope.PayloadType.Should().Be(Envelope.StatementPayloadType);
        bundle.KeyHint.Should().Be(key.Hint);
        bundle.Certificate.Should().BeNull();
    }
}
