using System.Diagnostics.CodeAnalysis;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signing;

/// <summary>
/// The first block of a PEM text (RFC 7468, section 3), for public keys and certificates: nothing but line breaks and blanks within its
/// base64, which has to be strict. What stands around the block is not read.
/// </summary>
internal static class PemBlock
{
    private const string Begin = "-----BEGIN ";
    private const string Rest = "-----";

    /// <summary>The bytes of the first block; false unless it has this label and is well-formed.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, string label, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        if (begin < 0 || (begin > 0 && !char.IsWhiteSpace(text[begin - 1]) && text[begin - 1] is not '\uFEFF'))
        {
            return false;
        }

        var body = text[(begin + Begin.Length)..];
        if (!body.StartsWith(label, StringComparison.Ordinal) || !body[label.Length..].StartsWith(Rest, StringComparison.Ordinal))
        {
            return false;
        }

        body = body[(label.Length + Rest.Length)..];
        int end = body.IndexOf(Rest, StringComparison.Ordinal);
        return end >= 0 && body[end..].StartsWith($"-----END {label}-----", StringComparison.Ordinal) && TryDecode(body[..end], out content);
    }

    /// <summary>The bytes of the one public key that a text holds.</summary>
    /// <exception cref="KeyException"><c>KEY_INVALID</c>: there is none, or several.</exception>
    public static byte[] ReadOnlyKey(string pem)
    {
        if (!TryRead(pem, "PUBLIC KEY", out byte[]? der))
        {
            throw new KeyException("KEY_INVALID", "The first PEM block is not \"PUBLIC KEY\" with strict base64, or there is none. Name the public half of a key, which provenance key show prints.");
        }

        // Two of these belong to one block: its beginning and its end.
        return pem.Split("KEY-----").Length <= 3 ? der : throw new KeyException("KEY_INVALID", "The text holds several keys, and it is not known which one counts.");
    }

    private static bool TryDecode(ReadOnlySpan<char> lines, [NotNullWhen(true)] out byte[]? content)
    {
        char[] base64 = new char[lines.Length];
        int length = 0;
        foreach (char c in lines)
        {
            switch (c)
            {
                case '\n' or '\r' or ' ' or '\t':
                    break;
                case '-' or '_':
                    // Of the other alphabet, which PEM does not know (RFC 7468, section 3).
                    content = null;
                    return false;
                default:
                    base64[length++] = c;
                    break;
            }
        }

        return StrictBase64.TryDecode(base64.AsSpan(0, length), out content);
    }
}
