using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// Canonical JSON of OLPC, over which TUF signs: members sorted by the code points of their names, no white space, and in strings only
/// the quotation mark and the reverse solidus escaped; every other character stands for itself. Numbers are whole.
/// </summary>
internal static class OlpcJson
{
    private const long LargestNumber = (1L << 53) - 1;

    /// <summary>The canonical bytes of a value.</summary>
    /// <exception cref="EvidenceException"><c>JSON_INVALID</c>: a number has a fraction or an exponent, or is too large for some readers.</exception>
    public static byte[] Of(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        Write(buffer, value);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> buffer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(buffer, value);
                break;
            case JsonValueKind.Array:
                string separator = "[";
                foreach (var item in value.EnumerateArray())
                {
                    Append(buffer, separator);
                    Write(buffer, item);
                    separator = ",";
                }

                Append(buffer, separator is "[" ? "[]" : "]");
                break;
            case JsonValueKind.String:
                WriteString(buffer, Encoding.UTF8.GetBytes(value.GetString()!));
                break;
            case JsonValueKind.Number:
                WriteNumber(buffer, value);
                break;
            default:
                Append(buffer, value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> buffer, JsonElement value)
    {
        // The order of UTF-8 is that of code points; the order of .NET's strings is not.
        var members = value.EnumerateObject().Select(static member => (Name: Encoding.UTF8.GetBytes(member.Name), member.Value)).ToList();
        members.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        string separator = "{";
        foreach (var (name, member) in members)
        {
            Append(buffer, separator);
            WriteString(buffer, name);
            Append(buffer, ":");
            Write(buffer, member);
            separator = ",";
        }

        Append(buffer, separator is "{" ? "{}" : "}");
    }

    private static void WriteString(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> text)
    {
        Append(buffer, "\"");
        while (text.IndexOfAny((byte)'"', (byte)'\\') is var next and >= 0)
        {
            buffer.Write(text[..next]);
            Append(buffer, "\\");
            buffer.Write(text.Slice(next, 1));
            text = text[(next + 1)..];
        }

        buffer.Write(text);
        Append(buffer, "\"");
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, JsonElement value)
    {
        string text = value.GetRawText();
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            || number is > LargestNumber or < -LargestNumber
            || text is "-0")
        {
            throw new EvidenceException("JSON_INVALID", $"The number {StrictJson.Excerpt(text)} is not whole, or too large for canonical JSON.");
        }

        Append(buffer, text);
    }

    private static void Append(ArrayBufferWriter<byte> buffer, string ascii) => buffer.Write(Encoding.ASCII.GetBytes(ascii));
}
