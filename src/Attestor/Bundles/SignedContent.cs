using System.Security.Cryptography;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Bundles;

/// <summary>What a bundle's one signature is over: an envelope, or an artifact.</summary>
public abstract class SignedContent
{
    private protected SignedContent()
    {
    }

    /// <summary>The signature.</summary>
    public abstract ReadOnlyMemory<byte> Signature { get; }

    /// <summary>What timestamps may be over: the signature, unless the format knows something else that holds it.</summary>
    internal virtual IReadOnlyList<ReadOnlyMemory<byte>> Stamped => new[] { Signature };

    /// <summary>The hash of the payload alone; null where the content is no envelope.</summary>
    internal abstract byte[]? HashOfPayload(HashAlgorithmName algorithm);

    /// <summary>The hash, as the bundle has it, of the bytes that were signed; null where it cannot be told.</summary>
    internal abstract byte[]? HashOfSigned(HashAlgorithmName algorithm);

    /// <summary>Whether the key made the signature over the content, which is also the artifact that was asked about.</summary>
    /// <exception cref="Envelopes.EvidenceException"><c>SUBJECT_MISMATCH</c> or <c>KEY_ALG_UNSUPPORTED</c>.</exception>
    internal abstract bool IsSignedBy(SignatureKey key);
}
