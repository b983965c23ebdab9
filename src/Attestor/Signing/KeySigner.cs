using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>Signs with an ECDSA P-256 key in memory. Several callers may sign at once; they take turns.</summary>
public sealed class KeySigner : ISigner, IDisposable
{
    private const int FixedSize = 64;

    private readonly ECDsa key;

    // One native key handle serves all callers, and .NET promises no thread safety for it; a signature takes about 16 microseconds.
    private readonly Lock turn = new();

    private KeySigner(ECDsa key, VerificationKey publicKey)
    {
        this.key = key;
        PublicKey = publicKey;
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey { get; }

    /// <summary>Takes over a private key, which is disposed of together with the signer.</summary>
    /// <exception cref="KeyException">The key is not on the curve P-256.</exception>
    public static KeySigner From(ECDsa key) => new(key, VerificationKey.From(key));

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Sign(content.Span));
    }

    /// <summary>Signs the bytes without waiting for anything but other callers.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return SignHash(hash);
    }

    /// <summary>Signs bytes of which the SHA-256 is given.</summary>
    internal byte[] SignHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        Span<byte> signature = stackalloc byte[FixedSize];
        lock (turn)
        {
            if (!key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written) || written is not FixedSize)
            {
                throw new CryptographicException("The ECDSA P-256 signature has not 64 bytes.");
            }
        }

        return DerSignature.FromFixedSize(signature);
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
