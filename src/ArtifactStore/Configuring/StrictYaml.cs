using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Provenance.ArtifactStore.Configuring;

/// <summary>
/// Reads the small part of YAML that our files need, from the parser's events: no anchors, aliases, tags, merge keys, duplicate or
/// complex keys. Size and depth are bounded. YamlDotNet's deserializer would let the last of two duplicate keys win.
/// </summary>
public sealed class StrictYaml
{
    /// <summary>How large a file may be: 256 KiB.</summary>
    public const int MaximumSize = 256 << 10;

    /// <summary>How deeply nodes may be nested.</summary>
    public const int MaximumDepth = 32;

    private readonly Parser parser;
    private readonly YamlProblems problems;

    private StrictYaml(Parser parser, YamlProblems problems)
    {
        this.parser = parser;
        this.problems = problems;
    }

    /// <summary>The root of every document in the file; what is wrong goes to the problems.</summary>
    public static IReadOnlyList<YamlNode> Read(ReadOnlySpan<byte> utf8, YamlProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        if (utf8.Length > MaximumSize)
        {
            problems.Add(0, 0, $"the file has {utf8.Length} bytes; at most {MaximumSize} are read.");
            return [];
        }

        try
        {
            string text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
            return new StrictYaml(new Parser(new StringReader(text)), problems).ReadDocuments();
        }
        catch (DecoderFallbackException)
        {
            problems.Add(0, 0, "the file is not valid UTF-8.");
        }
        catch (YamlException e)
        {
            problems.Add(e.Start.Line, e.Start.Column, "this is not valid YAML: " + e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // YamlDotNet's scanner throws these for some malformed input instead of a YamlException.
            problems.Add(0, 0, "this is not valid YAML.");
        }
        catch (TooDeepException e)
        {
            problems.Add(e.Line, e.Column, $"nodes are nested more than {MaximumDepth} levels deep.");
        }

        return [];
    }

    private List<YamlNode> ReadDocuments()
    {
        var roots = new List<YamlNode>();
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            var start = parser.Consume<DocumentStart>();
            if (start.Version is not null)
            {
                problems.Add(start.Start.Line, start.Start.Column, "directives are refused; write plain YAML.");
            }

            roots.Add(ReadNode(0));
            parser.Consume<DocumentEnd>();
        }

        return roots;
    }

    private YamlNode ReadNode(int depth)
    {
        var (line, column) = (parser.Current!.Start.Line, parser.Current.Start.Column);
        if (depth > MaximumDepth)
        {
            throw new TooDeepException(line, column);
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            problems.Add(line, column, $"the alias *{alias.Value} is refused; write the value out.");
            return new YamlScalar(line, column, "", IsPlain: false);
        }

        RefuseAnchorAndTag(line, column);
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlScalar(line, column, scalar.Value, scalar.Style is ScalarStyle.Plain);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
            }

            return new YamlSequence(line, column, items);
        }

        parser.Consume<MappingStart>();
        return ReadMapping(line, column, depth);
    }

    private YamlMapping ReadMapping(long line, long column, int depth)
    {
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlScalar name)
            {
                problems.Add(key, "a key must be text.");
            }
            else if (name is { IsPlain: true, Value: "<<" })
            {
                problems.Add(key, "merge keys are refused; write the values out.");
            }
            else if (!names.Add(name.Value))
            {
                problems.Add(key, $"the key \"{name.Value}\" stands here twice; readers would disagree about which one counts.");
            }
            else
            {
                entries.Add(new(name, value));
            }
        }

        return new YamlMapping(line, column, entries);
    }

    private void RefuseAnchorAndTag(long line, long column)
    {
        if (parser.Current is not NodeEvent node)
        {
            return;
        }

        if (!node.Anchor.IsEmpty)
        {
            problems.Add(line, column, $"the anchor &{node.Anchor.Value} is refused; write values out where they are used.");
        }

        if (!node.Tag.IsEmpty)
        {
            problems.Add(line, column, $"the tag {node.Tag} is refused; quote text where YAML would take it for something else.");
        }
    }

    private sealed class TooDeepException(long line, long column) : Exception
    {
        public long Line { get; } = line;

        public long Column { get; } = column;
    }
}
