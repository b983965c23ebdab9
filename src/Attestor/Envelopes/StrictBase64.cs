using System.Diagnostics.CodeAnalysis;

namespace Provenance.Attestor.Envelopes;

/// <summary>
/// Base64 with exactly one spelling per byte string (RFC 4648, sections 3.2 to 3.5): padding present, no blanks or line breaks, unused
/// bits zero. Both alphabets are read, as DSSE's envelope.md asks, but never mixed.
/// </summary>
public static class StrictBase64
{
    /// <summary>Decodes the whole text; false unless it is the one valid spelling of its bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 != 0)
        {
            return false;
        }

        int padding = text.EndsWith("==", StringComparison.Ordinal) ? 2 : text.EndsWith("=", StringComparison.Ordinal) ? 1 : 0;
        if (padding > 0 && (ValueOf(text[^(padding + 1)]) & ((1 << (2 * padding)) - 1)) != 0)
        {
            return false;
        }

        // The decoder skips blanks; each leaves it with fewer bytes than the length of the text promises.
        byte[] decoded = new byte[(text.Length / 4 * 3) - padding];
        if (!(Convert.TryFromBase64Chars(text, decoded, out int written) || TryDecodeUrlSafe(text, decoded, out written)) || written != decoded.Length)
        {
            return false;
        }

        bytes = decoded;
        return true;
    }

    private static bool TryDecodeUrlSafe(ReadOnlySpan<char> text, Span<byte> decoded, out int written)
    {
        written = 0;
        if (text.IndexOf('+') >= 0 || text.IndexOf('/') >= 0)
        {
            return false;
        }

        char[] translated = text.ToArray();
        translated.AsSpan().Replace('-', '+');
        translated.AsSpan().Replace('_', '/');
        return Convert.TryFromBase64Chars(translated, decoded, out written);
    }

    private static int ValueOf(char digit) => digit switch
    {
        >= 'A' and <= 'Z' => digit - 'A',
        >= 'a' and <= 'z' => digit - 'a' + 26,
        >= '0' and <= '9' => digit - '0' + 52,
        '+' or '-' => 62,
        _ => 63,
    };
}
