using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Provenance.Watcher.Runs.Mapped;

/// <summary>
/// Reads the little YAML that mapping files need: fields, lists and scalars. Anchors, aliases, tags, merge keys and duplicate fields are
/// problems, as two readers could take them for different things.
/// </summary>
internal sealed class MappingYaml
{
    private const int MaximumDepth = 12;

    private readonly Parser parser;
    private readonly MappingProblems problems;

    private MappingYaml(Parser parser, MappingProblems problems)
    {
        this.parser = parser;
        this.problems = problems;
    }

    /// <summary>The root of every document of the text; none where it is no YAML at all, which is then a problem.</summary>
    public static IReadOnlyList<MappingNode> Read(string text, MappingProblems problems)
    {
        try
        {
            return new MappingYaml(new Parser(new StringReader(text)), problems).ReadDocuments();
        }
        catch (YamlException e)
        {
            problems.Add(e.Start.Line, "this is not valid YAML: " + e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The scanner throws these for some malformed input instead of a YamlException.
            problems.Add(0, "this is not valid YAML.");
        }

        return [];
    }

    private List<MappingNode> ReadDocuments()
    {
        var roots = new List<MappingNode>();
        parser.Consume<StreamStart>();
        while (parser.TryConsume<DocumentStart>(out _))
        {
            roots.Add(ReadNode(MaximumDepth));
            parser.Consume<DocumentEnd>();
        }

        return roots;
    }

    private MappingNode ReadNode(int depthLeft)
    {
        var node = parser.Consume<ParsingEvent>();
        long line = node.Start.Line;
        if (depthLeft is 0)
        {
            throw new YamlException(node.Start, node.End, $"nodes are nested more than {MaximumDepth} levels deep");
        }

        if (node is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
        {
            problems.Add(line, "anchors and aliases are refused; write the value out where it is used.");
        }

        if (node is NodeEvent { Tag.IsEmpty: false })
        {
            problems.Add(line, "tags are refused; quote text where YAML would take it for something else.");
        }

        switch (node)
        {
            case Scalar scalar:
                return new MappingScalar(line, scalar.Value, scalar.Style is not ScalarStyle.Plain);
            case SequenceStart:
                var items = new List<MappingNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(ReadNode(depthLeft - 1));
                }

                return new MappingList(line, items);
            case MappingStart:
                return ReadTable(line, depthLeft);
            default:
                return new MappingScalar(line, "", IsQuoted: false);
        }
    }

    private MappingTable ReadTable(long line, int depthLeft)
    {
        var fields = new Dictionary<string, (long, MappingNode)>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depthLeft - 1);
            var value = ReadNode(depthLeft - 1);
            if (key is not MappingScalar name || name is { IsQuoted: false, Value: "<<" })
            {
                problems.Add(key.Line, "a field's name must be text, and merge keys are refused.");
            }
            else if (!fields.TryAdd(name.Value, (key.Line, value)))
            {
                problems.Add(key.Line, $"the field \"{name.Value}\" stands here twice.");
            }
        }

        return new MappingTable(line, fields);
    }
}
