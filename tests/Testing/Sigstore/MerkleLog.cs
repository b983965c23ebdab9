using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Testing.Sigstore;

/// <summary>The tree of a transparency log (RFC 6962, section 2.1), and its key.</summary>
internal sealed class MerkleLog : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<byte[]> leaves = [];

    /// <summary>Makes a log that others have used before.</summary>
    public MerkleLog(int earlierEntries)
    {
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = SHA256.HashData(PublicKey);
        Grow(earlierEntries);
    }

    /// <summary>The DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of the key.</summary>
    public byte[] Id { get; }

    /// <summary>How many entries there are.</summary>
    public int Size => leaves.Count;

    /// <summary>The hash of a leaf.</summary>
    public static byte[] HashOf(byte[] body) => SHA256.HashData([0, .. body]);

    /// <summary>Signs for the log.</summary>
    public byte[] Sign(byte[] content) => Sign(key, content);

    /// <summary>Takes an entry, and says where it is.</summary>
    public int Append(byte[] body)
    {
        leaves.Add(HashOf(body));
        return leaves.Count - 1;
    }

    /// <summary>Takes entries of others.</summary>
    public void Grow(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Append(RandomNumberGenerator.GetBytes(32));
        }
    }

    /// <summary>The audit path of an entry in the whole tree, from the leaf up.</summary>
    public List<byte[]> PathOf(int index, SigstoreLie lie)
    {
        var path = PathOf(index, 0, leaves.Count);
        if (lie is SigstoreLie.InclusionProofWrong)
        {
            path = path.Count > 0 ? [[.. path[0].Select(static b => (byte)~b)], .. path[1..]] : [new byte[32]];
        }

        return path;
    }

    /// <summary>The root that the checkpoint names.</summary>
    public byte[] StatedRoot(SigstoreLie lie) => StatedRoot(lie, Size);

    /// <summary>The hash over 256^level leaves.</summary>
    /// <param name="level">The level of the tile that holds it.</param>
    /// <param name="place">Its place in the level.</param>
    public byte[] HashOf(int level, int place) => RootOf(place << (8 * level), 1 << (8 * level));

    /// <summary>A signed note of the size and root of the tree.</summary>
    public string Checkpoint(string origin, string name, SigstoreLie lie) => Checkpoint(origin, name, lie, Size);

    /// <summary>A signed note of an earlier size and root of the tree.</summary>
    public string Checkpoint(string origin, string name, SigstoreLie lie, int size)
    {
        string note = string.Create(CultureInfo.InvariantCulture, $"{origin}\n{size}\n{Convert.ToBase64String(StatedRoot(lie, size))}\n");
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signature = Sign(lie is SigstoreLie.CheckpointByAnotherKey ? another : key, Encoding.UTF8.GetBytes(note));
        return $"{note}\n\u2014 {name} {Convert.ToBase64String([.. Id.AsSpan(0, 4), .. signature])}\n";
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static byte[] Sign(ECDsa key, byte[] content) => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private byte[] StatedRoot(SigstoreLie lie, int size) => lie is SigstoreLie.CheckpointRootWrong ? SHA256.HashData(RootOf(0, size)) : RootOf(0, size);

    private byte[] RootOf(int start, int count)
    {
        if (count is 1)
        {
            return leaves[start];
        }

        int left = LeftOf(count);
        return SHA256.HashData([1, .. RootOf(start, left), .. RootOf(start + left, count - left)]);
    }

    private List<byte[]> PathOf(int index, int start, int count)
    {
        if (count is 1)
        {
            return [];
        }

        int left = LeftOf(count);
        return index < left
            ? [.. PathOf(index, start, left), RootOf(start + left, count - left)]
            : [.. PathOf(index - left, start + left, count - left), RootOf(start, left)];
    }

    // The largest power of two that is smaller.
    private static int LeftOf(int count)
    {
        int left = 1;
        while (left * 2 < count)
        {
            left *= 2;
        }

        return left;
    }
}
