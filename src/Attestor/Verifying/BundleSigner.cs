using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Verifying;

/// <summary>Who has to have signed a bundle: an identity, or the owner of a key.</summary>
public sealed class BundleSigner
{
    private BundleSigner(ExpectedIdentity? identity, SignatureKey? key)
    {
        Identity = identity;
        Key = key;
    }

    /// <summary>The identity; null where it is a key.</summary>
    internal ExpectedIdentity? Identity { get; }

    /// <summary>The key; null where it is an identity.</summary>
    internal SignatureKey? Key { get; }

    /// <summary>Somebody whom a certificate names.</summary>
    public static BundleSigner Named(ExpectedIdentity identity) => new(identity, null);

    /// <summary>The owner of a key.</summary>
    public static BundleSigner OwnerOf(SignatureKey key) => new(null, key);
}
