using System.Buffers.Text;
using System.Text;

namespace Provenance.Attestor.Envelopes;

/// <summary>The bytes that a DSSE signature covers (DSSE v1, protocol.md): <c>DSSEv1 SP len(type) SP type SP len(payload) SP payload</c>.</summary>
public static class PreAuthenticationEncoding
{
    /// <summary>The encoding as an array of its own.</summary>
    public static byte[] Of(string payloadType, ReadOnlySpan<byte> payload)
    {
        byte[] encoded = new byte[LengthOf(payloadType, payload.Length)];
        Encode(encoded, payloadType, payload);
        return encoded;
    }

    /// <summary>How many bytes the encoding has.</summary>
    public static int LengthOf(string payloadType, int payloadLength)
    {
        ArgumentNullException.ThrowIfNull(payloadType);
        int typeLength = Encoding.UTF8.GetByteCount(payloadType);
        return "DSSEv1 ".Length + Digits(typeLength) + 1 + typeLength + 1 + Digits(payloadLength) + 1 + payloadLength;
    }

    /// <summary>Writes the encoding to the start of a span that has room for it; returns its length.</summary>
    internal static int Encode(Span<byte> span, string payloadType, ReadOnlySpan<byte> payload)
    {
        "DSSEv1 "u8.CopyTo(span);
        int position = "DSSEv1 ".Length;
        position += WriteLength(span[position..], Encoding.UTF8.GetByteCount(payloadType));
        position += Encoding.UTF8.GetBytes(payloadType, span[position..]);
        span[position++] = (byte)' ';
        position += WriteLength(span[position..], payload.Length);
        payload.CopyTo(span[position..]);
        return position + payload.Length;
    }

    private static int WriteLength(Span<byte> span, int length)
    {
        Utf8Formatter.TryFormat(length, span, out int written);
        span[written] = (byte)' ';
        return written + 1;
    }

    private static int Digits(int number)
    {
        int digits = 1;
        while ((number /= 10) > 0)
        {
            digits++;
        }

        return digits;
    }
}
