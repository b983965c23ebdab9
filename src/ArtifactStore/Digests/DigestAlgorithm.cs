using System.Security.Cryptography;

namespace Provenance.ArtifactStore.Digests;

/// <summary>A hash algorithm registered for content digests (OCI image-spec 1.1, descriptor.md, "Registered Algorithms").</summary>
public sealed class DigestAlgorithm
{
    private DigestAlgorithm(string name, int hexLength, HashAlgorithmName hashName)
    {
        Name = name;
        HexLength = hexLength;
        HashName = hashName;
    }

    /// <summary>SHA-256, the algorithm that every registry and client speaks.</summary>
    public static DigestAlgorithm Sha256 { get; } = new("sha256", 64, HashAlgorithmName.SHA256);

    /// <summary>SHA-512, optional for registries.</summary>
    public static DigestAlgorithm Sha512 { get; } = new("sha512", 128, HashAlgorithmName.SHA512);

    /// <summary>The name that stands before the colon: <c>sha256</c> or <c>sha512</c>.</summary>
    public string Name { get; }

    /// <summary>How many lower-case hexadecimal characters a digest of this algorithm has.</summary>
    public int HexLength { get; }

    /// <summary>The name by which System.Security.Cryptography knows the algorithm.</summary>
    public HashAlgorithmName HashName { get; }

    /// <summary>Finds an algorithm by its exact, case-sensitive name.</summary>
    public static DigestAlgorithm? Find(ReadOnlySpan<char> name) =>
        name.SequenceEqual(Sha256.Name) ? Sha256
        : name.SequenceEqual(Sha512.Name) ? Sha512
        : null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
