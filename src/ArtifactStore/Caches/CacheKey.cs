using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Provenance.ArtifactStore.Caches;

/// <summary>What a client calls an entry of a cache: an opaque path of one or more segments within a namespace.</summary>
/// <remarks>
/// Segments have 1 to 255 characters, letters, digits and <c>-._~!$&amp;'()*+,;=:@</c> of ASCII, and are neither <c>.</c> nor <c>..</c>; a
/// whole key has at most 1024. A percent sign is refused, so that nobody can mean another key by decoding once more.
/// </remarks>
internal sealed record CacheKey
{
    private const int MaximumLength = 1024;
    private const int MaximumSegmentLength = 255;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@");

    private CacheKey(string text) => Text = text;

    /// <summary>The segments, joined by single slashes.</summary>
    public string Text { get; }

    /// <summary>Reads a path. Slashes without a segment between them count as one, as clients write them that join an address and a path.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out CacheKey? key)
    {
        key = null;
        if (path.Length > MaximumLength)
        {
            return false;
        }

        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length > 0 && segments.All(IsSegment))
        {
            key = new CacheKey(string.Join('/', segments));
        }

        return key is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsSegment(string segment) =>
        segment.Length <= MaximumSegmentLength && segment is not ("." or "..") && !segment.AsSpan().ContainsAnyExcept(Allowed);
}
