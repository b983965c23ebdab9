using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Bundles;

/// <summary>Signs with a key and nothing beside it: no log, no timestamp.</summary>
/// <param name="signer">The key; the caller disposes of it.</param>
public sealed class KeyBundleSigner(ISigner signer) : IBundleSigner
{
    /// <inheritdoc/>
    public string Name => $"key sha256:{signer.PublicKey.Fingerprint}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => signer.Services;

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken)
    {
        var newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);
        return await BundleWriter.SignAsync(statement, newest, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        byte[] signed = bundle.Envelope.ToSignedBytes();
        var signature = bundle.Envelope.Signatures[0].Value;
        var newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);
        if (newest.PublicKey.Verify(signed, signature.Span))
        {
            return true;
        }

        // A key that was replaced must not make every run be attested once more. The newest may be another one by now.
        var earlier = await signer.FindEarlierKeysAsync(cancellationToken).ConfigureAwait(false);
        newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);
        return earlier.Append(newest.PublicKey).Any(key => key.Verify(signed, signature.Span));
    }
}
