using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Verifying;

/// <summary>Somebody whose signatures count, under the name by which policies speak of him: the owner of a key, or an identity.</summary>
public sealed record TrustedSigner
{
    private TrustedSigner(string name)
    {
        Name = name;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The key; null for an identity.</summary>
    public VerificationKey? Key { get; private init; }

    /// <summary>Whom the certificate has to name; null for a key.</summary>
    public ExpectedIdentity? Identity { get; private init; }

    /// <summary>How log entries, timestamps and certificates are verified; null for a key of which nothing else is asked.</summary>
    public SignatureVerifier? Signatures { get; private init; }

    /// <summary>When the key's signatures count; null for always.</summary>
    public KeyWindow? Window { get; private init; }

    /// <summary>The owner of a key.</summary>
    /// <param name="name">The name.</param>
    /// <param name="key">The key.</param>
    /// <param name="signatures">How what stands beside the signature is verified; null where it plays no part.</param>
    public static TrustedSigner OwnerOf(string name, VerificationKey key, SignatureVerifier? signatures = null) =>
        new(name) { Key = key, Signatures = signatures };

    /// <summary>The owner of a key whose signatures count when they were made within a time.</summary>
    /// <param name="name">The name.</param>
    /// <param name="key">The key.</param>
    /// <param name="signatures">How the log entries and timestamps are verified that say when a signature was made.</param>
    /// <param name="window">The time.</param>
    public static TrustedSigner OwnerOf(string name, VerificationKey key, SignatureVerifier signatures, KeyWindow window) =>
        new(name) { Key = key, Signatures = signatures, Window = window };

    /// <summary>An identity that certificates name.</summary>
    public static TrustedSigner Named(string name, ExpectedIdentity identity, SignatureVerifier signatures) =>
        new(name) { Identity = identity, Signatures = signatures };
}
