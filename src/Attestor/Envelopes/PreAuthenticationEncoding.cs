using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Provenance.Attestor.Envelopes;

/// <summary>The bytes that a DSSE signature covers (DSSE v1, protocol.md): <c>DSSEv1 SP len(type) SP type SP len(payload) SP payload</c>.</summary>
public static class PreAuthenticationEncoding
{
    private const int LongestNumber = 11;

    /// <summary>Writes the encoding to a buffer.</summary>
    public static void Write(IBufferWriter<byte> output, string payloadType, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(payloadType);
        int typeLength = Encoding.UTF8.GetByteCount(payloadType);
        var span = output.GetSpan("DSSEv1 ".Length + (2 * LongestNumber) + typeLength + 1 + payload.Length);
        output.Advance(Encode(span, payloadType, typeLength, payload));
    }

    /// <summary>The encoding as an array of its own.</summary>
    public static byte[] Of(string payloadType, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(payloadType);
        int typeLength = Encoding.UTF8.GetByteCount(payloadType);
        byte[] encoded = new byte["DSSEv1 ".Length + Digits(typeLength) + 1 + typeLength + 1 + Digits(payload.Length) + 1 + payload.Length];
        Encode(encoded, payloadType, typeLength, payload);
        return encoded;
    }

    private static int Encode(Span<byte> span, string payloadType, int typeLength, ReadOnlySpan<byte> payload)
    {
        "DSSEv1 "u8.CopyTo(span);
        int position = "DSSEv1 ".Length;
        position += WriteLength(span[position..], typeLength);
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
