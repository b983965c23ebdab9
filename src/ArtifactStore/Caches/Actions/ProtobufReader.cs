using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Provenance.ArtifactStore.Caches.Actions;

/// <summary>Reads the fields of one message in the wire format of Protocol Buffers. Whatever is not well formed is refused.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    /// <summary>The content of a length-delimited field; empty for other types.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a variable-length integer; 0 for other types.</summary>
    public ulong Integer { get; private set; }

    /// <summary>Whether the field is length-delimited.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>Whether the field is a variable-length integer.</summary>
    public bool IsInteger { get; private set; }

    /// <summary>Goes to the next field; false at the end of the message.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong key = ReadInteger();
        if (key >> 3 is 0 or > 536_870_911)
        {
            Refuse("a field has no valid number");
        }

        Field = (int)(key >> 3);
        (IsBytes, IsInteger, Integer) = (false, false, 0);
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Integer = ReadInteger();
                IsInteger = true;
                break;
            case 1:
                Take(sizeof(ulong));
                break;
            case 2:
                Bytes = Take(ReadInteger());
                IsBytes = true;
                break;
            case 5:
                Take(sizeof(uint));
                break;
            default:
                Refuse("a field has a type that is not used any more");
                break;
        }

        return true;
    }

    /// <summary>The content of the field, which must be a message or bytes.</summary>
    public readonly ReadOnlySpan<byte> RequireBytes()
    {
        if (!IsBytes)
        {
            Refuse($"field {Field} is not length-delimited");
        }

        return Bytes;
    }

    /// <summary>The text of the field.</summary>
    public readonly string RequireText()
    {
        try
        {
            return StrictUtf8.GetString(RequireBytes());
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"field {Field} is no UTF-8 text");
        }
    }

    /// <summary>The value of the field, which must be an integer that is not negative.</summary>
    public readonly long RequireSize()
    {
        if (!IsInteger || Integer > long.MaxValue)
        {
            Refuse($"field {Field} is no size");
        }

        return (long)Integer;
    }

    [DoesNotReturn]
    private static void Refuse(string problem) => throw new FormatException(problem);

    private ulong ReadInteger()
    {
        ulong value = 0;
        for (int index = 0; index < 10; index++)
        {
            byte next = Take(1)[0];
            if (index == 9 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << (7 * index);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("an integer has more than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            Refuse("the message ends within a field");
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
