using System.Buffers.Text;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>Base64url without padding, in its one canonical form (RFC 7515, section 2).</summary>
internal static class CanonicalBase64Url
{
    /// <summary>The bytes; null for padding, blanks, other characters or bits that are left over.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAny("= \t\r\n"))
        {
            return null;
        }

        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.TryDecodeFromChars(text, bytes, out int written))
        {
            return null;
        }

        return Base64Url.EncodeToString(bytes.AsSpan(0, written)).AsSpan().SequenceEqual(text) ? bytes[..written] : null;
    }
}
