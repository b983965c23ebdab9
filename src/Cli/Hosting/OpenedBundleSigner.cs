using Provenance.Attestor.Bundles;

namespace Provenance.Cli.Hosting;

/// <summary>Who signs, with all that is disposed of when nothing is signed any more.</summary>
internal sealed class OpenedBundleSigner(IBundleSigner signer, params IDisposable[] owned) : IDisposable
{
    public IBundleSigner Signer => signer;

    public void Dispose()
    {
        foreach (var one in owned)
        {
            one.Dispose();
        }
    }
}
