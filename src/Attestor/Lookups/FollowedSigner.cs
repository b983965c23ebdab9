using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Lookups;

/// <summary>Tells the look-ups of every key before anything that it signs can be stored, so that they need not ask where it is kept.</summary>
internal sealed class FollowedSigner(ISigner signer, TrustedSigners trusted) : ISigner
{
    public VerificationKey PublicKey => signer.PublicKey;

    public IReadOnlyList<string> Services => signer.Services;

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => signer.SignAsync(content, cancellationToken);

    public async ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken)
    {
        var newest = await signer.FindNewestAsync(cancellationToken).ConfigureAwait(false);
        trusted.Trust(newest.PublicKey);
        return newest;
    }

    public ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken) => signer.FindEarlierKeysAsync(cancellationToken);
}
