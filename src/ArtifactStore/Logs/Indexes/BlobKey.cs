using System.Buffers.Binary;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Logs.Indexes;

/// <summary>
/// A digest in 33 bytes: a SHA-256 as it is, a SHA-512 hashed once more, and which of the two. Unlike a hash cut short this cannot be
/// made to name content that nobody stored.
/// </summary>
internal readonly record struct BlobKey(ulong A, ulong B, ulong C, ulong D, bool IsLong)
{
    private const int ShortLength = 32;

    /// <summary>The key of a digest.</summary>
    public static BlobKey Of(Digest digest)
    {
        Span<byte> hash = stackalloc byte[64];
        return Of(hash[..digest.CopyHash(hash)]);
    }

    /// <summary>The key of a raw hash of 32 or 64 bytes.</summary>
    public static BlobKey Of(ReadOnlySpan<byte> hash)
    {
        if (hash.Length is ShortLength)
        {
            return Read(hash, isLong: false);
        }

        Span<byte> again = stackalloc byte[ShortLength];
        SHA256.HashData(hash, again);
        return Read(again, isLong: true);
    }

    /// <summary>The digest, where it is a SHA-256; null otherwise.</summary>
    public Digest? ToDigest()
    {
        if (IsLong)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[ShortLength];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, A);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[8..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[16..], C);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[24..], D);
        return Digest.FromHash(DigestAlgorithm.Sha256, hash);
    }

    private static BlobKey Read(ReadOnlySpan<byte> hash, bool isLong) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(hash),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]),
        isLong);
}
