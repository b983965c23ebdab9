using System.Globalization;
using Provenance.ArtifactStore.Blobs;

namespace Provenance.ArtifactStore.Serving;

/// <summary>What a <c>Range</c> header asks of a blob (RFC 9110, section 14.2).</summary>
/// <param name="Applies">False where the header is to be ignored: another unit, several ranges, or no range at all.</param>
/// <param name="Bytes">The bytes to send; null where none of those asked for exist, which is answered 416.</param>
internal readonly record struct RequestedRange(bool Applies, ByteRange? Bytes)
{
    private const string Unit = "bytes=";

    private static readonly RequestedRange Outside = new(Applies: true, Bytes: null);

    /// <summary>Reads the header for a blob of <paramref name="size"/> bytes. Numbers of any length are understood.</summary>
    public static RequestedRange Read(ReadOnlySpan<char> header, long size)
    {
        var text = header.Trim(" \t");
        if (!text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        text = text[Unit.Length..].Trim(" \t");
        int dash = text.IndexOf('-');
        return dash < 0 || !TryRead(text[..dash], out long? first) || !TryRead(text[(dash + 1)..], out long? last)
            ? default
            : Resolve(first, last, size);
    }

    private static RequestedRange Resolve(long? first, long? last, long size) => (first, last) switch
    {
        (null, null) => default,
        (null, { } count) => count == 0 || size == 0 ? Outside : Of(Math.Max(0, size - count), size - 1),
        ({ } from, _) when from >= size => Outside,
        ({ } from, null) => Of(from, size - 1),

        // Such a range is invalid; it may be ignored or refused. A client that has miscounted is better told than sent everything.
        ({ } from, { } to) => to < from ? Outside : Of(from, Math.Min(to, size - 1)),
    };

    private static RequestedRange Of(long first, long last) => new(Applies: true, new ByteRange(first, last - first + 1));

    /// <summary>Digits, or nothing at all. What is too large for any blob counts as the largest number.</summary>
    private static bool TryRead(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (text.Length > 0)
        {
            number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : long.MaxValue;
        }

        return true;
    }
}
