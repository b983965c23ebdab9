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
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken) =>
        BundleWriter.SignAsync(statement, signer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(signer.PublicKey.Verify(bundle.Envelope.ToSignedBytes(), bundle.Envelope.Signatures[0].Value.Span));
    }
}
