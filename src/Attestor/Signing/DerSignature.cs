using System.Formats.Asn1;

namespace Provenance.Attestor.Signing;

/// <summary>
/// ECDSA signatures as the ASN.1 DER sequence of two integers (RFC 3279, section 2.2.3). .NET writes them too, at more than a kilobyte of
/// memory for each signature.
/// </summary>
internal static class DerSignature
{
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;

    /// <summary>Converts r and s from their fixed-size form, one half of the bytes each (IEEE P1363), of curves up to 384 bits.</summary>
    public static byte[] FromFixedSize(ReadOnlySpan<byte> fixedSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fixedSize.Length, 96);
        var r = Minimal(fixedSize[..(fixedSize.Length / 2)]);
        var s = Minimal(fixedSize[(fixedSize.Length / 2)..]);
        int length = IntegerLength(r) + IntegerLength(s);
        byte[] der = new byte[2 + length];
        der[0] = Sequence;
        der[1] = (byte)length;
        WriteInteger(der.AsSpan(2), r);
        WriteInteger(der.AsSpan(2 + IntegerLength(r)), s);
        return der;
    }

    /// <summary>
    /// Whether the bytes are such a sequence of two positive numbers and nothing else. .NET takes negative numbers for the positive ones of
    /// the same bytes, so that a signature would have four spellings.
    /// </summary>
    public static bool IsOne(ReadOnlySpan<byte> signature)
    {
        try
        {
            AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out int start, out int length, out int end);
            var numbers = signature.Slice(start, length);
            var r = AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out int first);
            var s = AsnDecoder.ReadIntegerBytes(numbers[first..], AsnEncodingRules.DER, out int second);
            return end == signature.Length && first + second == length && IsPositive(r) && IsPositive(s);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool IsPositive(ReadOnlySpan<byte> number) => number[0] < 0x80 && number.IndexOfAnyExcept((byte)0) >= 0;

    private static ReadOnlySpan<byte> Minimal(ReadOnlySpan<byte> value)
    {
        int start = value.IndexOfAnyExcept((byte)0);
        return start < 0 ? value[^1..] : value[start..];
    }

    // A leading bit of one would make the number negative.
    private static bool NeedsZero(ReadOnlySpan<byte> value) => value[0] >= 0x80;

    private static int IntegerLength(ReadOnlySpan<byte> value) => 2 + (NeedsZero(value) ? 1 : 0) + value.Length;

    private static void WriteInteger(Span<byte> target, ReadOnlySpan<byte> value)
    {
        int zero = NeedsZero(value) ? 1 : 0;
        target[0] = Integer;
        target[1] = (byte)(zero + value.Length);
        value.CopyTo(target[(2 + zero)..]);
    }
}
