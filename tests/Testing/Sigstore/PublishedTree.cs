using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Provenance.Testing.Sigstore;

/// <summary>
/// What a log of version 2 publishes of its tree: <c>checkpoint</c> and <c>tile/L/N[.p/W]</c>. A partial tile is there until the whole
/// one is, as the log drops it then.
/// </summary>
internal sealed partial class PublishedTree(MerkleLog log, string host)
{
    private const int Width = 256;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is, under the log's prefix.</param>
    /// <param name="size">How many entries the checkpoint is about.</param>
    /// <param name="lie">What is not true.</param>
    /// <param name="treeLie">What else is not true.</param>
    /// <exception cref="SigstoreRefusalException">There is none (404).</exception>
    public (byte[] Content, string Type) Read(string path, int size, SigstoreLie lie, TreeLie treeLie)
    {
        if (path is "checkpoint")
        {
            string origin = treeLie is TreeLie.OfAnotherLog ? "another.example.com" : host;
            return (Encoding.UTF8.GetBytes(log.Checkpoint(origin, origin, lie, size)), "text/plain; charset=utf-8");
        }

        if (Tile().Match(path) is not { Success: true } tile)
        {
            throw Missing();
        }

        int level = int.Parse(tile.Groups["level"].Value, CultureInfo.InvariantCulture);
        long index = tile.Groups["part"].Captures.Aggregate(0L, static (sum, part) => (sum * 1000) + int.Parse(part.Value, CultureInfo.InvariantCulture));
        int width = tile.Groups["width"].Success ? int.Parse(tile.Groups["width"].Value, CultureInfo.InvariantCulture) : Width;
        long first = index * Width;
        long there = Math.Min((log.Size >> (8 * level)) - first, Width);
        return there >= width && (there < Width || width is Width) ? (Hashes(level, (int)first, width, treeLie), "application/octet-stream") : throw Missing();
    }

    private byte[] Hashes(int level, int first, int width, TreeLie lie)
    {
        var hashes = Enumerable.Range(first, width).Select(place => log.HashOf(level, place)).ToList();
        if (lie is TreeLie.TileWrong)
        {
            hashes[0] = SHA256.HashData(hashes[0]);
        }

        if (lie is TreeLie.TileShort)
        {
            hashes.RemoveAt(0);
        }

        return [.. hashes.SelectMany(static hash => hash)];
    }

    private static SigstoreRefusalException Missing() => new(404, 5, "The specified key does not exist, and this answer is longer than the hash that was asked for.");

    [GeneratedRegex(@"^tile/(?<level>0|[1-9]|[1-5][0-9]|6[0-3])/(?:x(?<part>[0-9]{3})/)*(?<part>[0-9]{3})(?:\.p/(?<width>[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Tile();
}
