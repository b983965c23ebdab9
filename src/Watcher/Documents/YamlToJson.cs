using System.Buffers;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Provenance.Watcher.Documents;

/// <summary>
/// Turns YAML documents into JSON, event by event: plain scalars by the core schema of YAML 1.2, everything quoted as text.
/// Aliases, anchors and tags do not occur in what Kubernetes tools write and are refused, as an alias may stand for any amount of text.
/// </summary>
internal static class YamlToJson
{
    /// <summary>Converts each document of the text.</summary>
    /// <exception cref="YamlException">The text is no YAML, or uses what is refused.</exception>
    public static List<byte[]> Convert(string yaml, int maximumDepth)
    {
        var documents = new List<byte[]>();
        var buffer = new ArrayBufferWriter<byte>(4096);
        var parser = new Parser(new StringReader(yaml));
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = maximumDepth + 1 });
        parser.Consume<StreamStart>();
        while (parser.TryConsume<DocumentStart>(out _))
        {
            WriteNode(parser, writer, maximumDepth);
            parser.Consume<DocumentEnd>();
            writer.Flush();
            documents.Add(buffer.WrittenSpan.ToArray());
            buffer.ResetWrittenCount();
            writer.Reset();
        }

        return documents;
    }

    private static void WriteNode(Parser parser, Utf8JsonWriter writer, int depthLeft)
    {
        var node = ConsumeNode(parser, depthLeft);
        switch (node)
        {
            case Scalar scalar:
                WriteScalar(scalar, writer);
                break;
            case SequenceStart:
                writer.WriteStartArray();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    WriteNode(parser, writer, depthLeft - 1);
                }

                writer.WriteEndArray();
                break;
            case MappingStart:
                WriteMapping(parser, writer, depthLeft);
                break;
            default:
                throw new YamlException(node.Start, node.End, "unexpected " + node.GetType().Name);
        }
    }

    private static ParsingEvent ConsumeNode(Parser parser, int depthLeft)
    {
        var node = parser.Consume<ParsingEvent>();
        string? refused = node switch
        {
            AnchorAlias => "an alias",
            NodeEvent { Anchor.IsEmpty: false } => "an anchor",
            NodeEvent { Tag.IsEmpty: false } => "a tag",
            SequenceStart or MappingStart when depthLeft is 0 => "such deep nesting",
            _ => null,
        };
        return refused is null ? node : throw new YamlException(node.Start, node.End, $"{refused} is not accepted here");
    }

    private static void WriteMapping(Parser parser, Utf8JsonWriter writer, int depthLeft)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var node = ConsumeNode(parser, depthLeft);
            if (node is not Scalar key)
            {
                throw new YamlException(node.Start, node.End, "a key must be a scalar");
            }

            if (!names.Add(key.Value))
            {
                throw new YamlException(key.Start, key.End, $"the key \"{key.Value}\" stands twice in one mapping");
            }

            writer.WritePropertyName(key.Value);
            WriteNode(parser, writer, depthLeft - 1);
        }

        writer.WriteEndObject();
    }

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter writer)
    {
        string text = scalar.Value;
        if (scalar.Style is not ScalarStyle.Plain)
        {
            writer.WriteStringValue(text);
            return;
        }

        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                writer.WriteNullValue();
                break;
            case "true" or "True" or "TRUE":
                writer.WriteBooleanValue(true);
                break;
            case "false" or "False" or "FALSE":
                writer.WriteBooleanValue(false);
                break;
            default:
                if (IsNumber(text))
                {
                    writer.WriteRawValue(text);
                }
                else
                {
                    writer.WriteStringValue(text);
                }

                break;
        }
    }

    /// <summary>Whether the text is a number as JSON writes it; other spellings (octal, hexadecimal, leading zeros) stay text.</summary>
    private static bool IsNumber(string text)
    {
        if (!char.IsAsciiDigit(text[^1]) || (text[0] is not '-' && !char.IsAsciiDigit(text[0])))
        {
            return false;
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType is JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
