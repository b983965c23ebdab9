using System.Collections.Concurrent;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>
/// The sums of the pieces of blobs that were read whole and found to hash to their digests, in memory. They are sums of that content and
/// of no other, so that they hold whatever becomes of the file. See docs/adr/0009.
/// </summary>
/// <param name="maximumCount">How many sums are kept, 16 bytes for each 64 KiB; when there are more, all are forgotten.</param>
internal sealed class KnownPieces(int maximumCount)
{
    /// <summary>The length of a piece in bytes; the last one of a blob may be shorter.</summary>
    public const int Length = 64 * 1024;

    private readonly ConcurrentDictionary<Digest, PieceSum[]> sums = new();
    private long count;

    /// <summary>How many pieces a blob of that many bytes has.</summary>
    public static int CountOf(long size) => (int)((size + Length - 1) / Length);

    /// <summary>The sums of a blob's pieces; null where they are not known.</summary>
    public PieceSum[]? Find(Digest digest) => sums.GetValueOrDefault(digest);

    /// <summary>Whether a blob of that many bytes has few enough pieces to be remembered.</summary>
    public bool Takes(long size) => size / Length < maximumCount / 4;

    /// <summary>Remembers the pieces of a blob that hashed to its digest.</summary>
    public void Remember(Digest digest, PieceSum[] pieces)
    {
        if (Interlocked.Add(ref count, pieces.Length) > maximumCount)
        {
            sums.Clear();
            Interlocked.Exchange(ref count, pieces.Length);
        }

        sums[digest] = pieces;
    }
}
