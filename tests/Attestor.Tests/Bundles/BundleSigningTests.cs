using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Bundles;

public sealed class BundleSigningTests
{
    [Fact]
    public async Task SignAsync_signs_the_pre_authentication_encoding_of_the_statement()
    {
        using var signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[] statement = "{}"u8.ToArray();

        var bundle = Bundle.Parse(await BundleWriter.SignAsync(statement, signer, CancellationToken.None));

        bundle.KeyHint.Should().Be(signer.PublicKey.Hint);
        byte[] encoding = "DSSEv1 28 application/vnd.in-toto+json 2 {}"u8.ToArray();
        signer.PublicKey.Verify(encoding, bundle.Envelope.Signatures[0].Value.Span).Should().BeTrue();
    }

    [Fact]
    public async Task SignAsync_may_be_called_concurrently()
    {
        using var signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (i, cancellation) =>
        {
            byte[] statement = System.Text.Encoding.ASCII.GetBytes(new string('x', i * 10));
            var bundle = Bundle.Parse(await BundleWriter.SignAsync(statement, signer, cancellation));
            bundle.Envelope.Payload.ToArray().Should().Equal(statement);
            signer.PublicKey.Verify(bundle.Envelope.ToSignedBytes(), bundle.Envelope.Signatures[0].Value.Span).Should().BeTrue();
        });
    }
}
