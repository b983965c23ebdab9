using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Attestor.Transparency;

/// <summary>A tile of a log's tree: consecutive hashes of one height, as logs serve them (C2SP tlog-tiles).</summary>
/// <param name="Level">How high its hashes are above the leaves, in tiles: each is of 256^level leaves.</param>
/// <param name="Index">Its place in the level.</param>
/// <param name="Width">How many hashes of it there are in a tree of the size that is asked about: 1 to 256.</param>
internal readonly record struct TreeTile(int Level, long Index, int Width)
{
    /// <summary>How many levels of the tree one tile spans.</summary>
    public const int Height = 8;

    /// <summary>How many hashes a whole tile has.</summary>
    public const int WholeWidth = 1 << Height;

    /// <summary>The size of a whole tile in bytes.</summary>
    public const int WholeSize = WholeWidth * SHA256.HashSizeInBytes;

    /// <summary>Whether it cannot grow any more.</summary>
    public bool IsWhole => Width is WholeWidth;

    /// <summary>Where it is, under the log's prefix; partial ones are named by their width: <c>tile/0/x001/234.p/5</c>.</summary>
    public string Path => IsWhole ? WholePath : string.Create(CultureInfo.InvariantCulture, $"{WholePath}.p/{Width}");

    /// <summary>Where it is once it is whole. A log may drop the partial one then.</summary>
    public string WholePath
    {
        get
        {
            // Three digits in each part, so that no folder of a log on a disk grows too large.
            var parts = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{Index % 1000:000}"));
            for (long rest = Index / 1000; rest > 0; rest /= 1000)
            {
                parts.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:000}/"));
            }

            return string.Create(CultureInfo.InvariantCulture, $"tile/{Level}/{parts}");
        }
    }
}
