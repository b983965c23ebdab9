using System.Security.Cryptography;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class KeySignerTests
{
    [Fact]
    public async Task SignAsync_gives_DER_signatures_to_concurrent_callers()
    {
        using var signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[][] contents = [.. Enumerable.Range(0, 400).Select(i => BitConverter.GetBytes(i))];
        byte[][] signatures = new byte[contents.Length][];

        await Parallel.ForEachAsync(Enumerable.Range(0, contents.Length), async (i, cancellation) =>
            signatures[i] = await signer.SignAsync(contents[i], cancellation));

        for (int i = 0; i < contents.Length; i++)
        {
            signatures[i][0].Should().Be(0x30, "a DER sequence begins so");
            signer.PublicKey.Verify(contents[i], signatures[i]).Should().BeTrue();
        }
    }

    [Fact]
    public void From_refuses_a_curve_other_than_P256()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        new Action(() => KeySigner.From(key)).Should().Throw<KeyException>().Where(e => e.Code == "KEY_ALG_UNSUPPORTED");
    }
}
