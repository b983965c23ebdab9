using System.Text.RegularExpressions;

namespace Provenance.Watcher.Runs.Mapped;

/// <summary>The fields of one table, taken out one by one; whatever is left over at the end is a problem.</summary>
internal sealed class MappingFields
{
    private readonly Dictionary<string, (long Line, MappingNode Value)> left;
    private readonly string path;
    private readonly MappingProblems problems;

    public MappingFields(MappingNode node, string path, MappingProblems problems)
    {
        this.path = path;
        this.problems = problems;
        Line = node.Line;
        left = node is MappingTable table ? new(table.Fields, StringComparer.Ordinal) : [];
        if (node is not MappingTable)
        {
            problems.Add(node.Line, $"{(path.Length is 0 ? "a document" : path)} must have fields.");
        }
    }

    /// <summary>Where the table begins.</summary>
    public long Line { get; }

    /// <summary>Takes a table that must be there.</summary>
    public MappingFields Get(string name) => new(Find(name) ?? Missing(name), PathOf(name), problems);

    /// <summary>Takes a table; one without fields where it is absent.</summary>
    public MappingFields FindFields(string name) => new(Find(name) ?? new MappingTable(Line, new Dictionary<string, (long, MappingNode)>()), PathOf(name), problems);

    /// <summary>Takes a text that must be there and fit; empty, with a problem, where it does not.</summary>
    public string GetText(string name, Regex form, string formName) => Find(name) is { } value ? TextOf(value, name, form, formName) : TextOf(Missing(name), name, null, formName);

    /// <summary>Takes a list of texts that must not be empty.</summary>
    public IReadOnlyList<string> GetTexts(string name, Regex form, string formName)
    {
        var items = (Find(name) ?? Missing(name)) is MappingList list ? list.Items : [];
        if (items.Count is 0)
        {
            problems.Add(Line, $"{PathOf(name)} must be a list with an entry.");
        }

        return [.. items.Select(i => TextOf(i, name, form, formName))];
    }

    /// <summary>Takes a text; null where it is absent.</summary>
    public string? FindText(string name, Regex form, string formName) => Find(name) is { } value ? TextOf(value, name, form, formName) : null;

    /// <summary>Takes a path; null where it is absent or, with a problem, none.</summary>
    public FieldPath? FindPath(string name) => Find(name) is { } value ? PathIn(value, name) : null;

    /// <summary>Takes a list of paths; empty where it is absent.</summary>
    public IReadOnlyList<FieldPath> FindPaths(string name)
    {
        var value = Find(name);
        if (value is not (null or MappingList { Items.Count: > 0 }))
        {
            problems.Add(value.Line, $"{PathOf(name)} must be a list with an entry.");
        }

        return value is MappingList list ? [.. list.Items.Select(i => PathIn(i, name)).OfType<FieldPath>()] : [];
    }

    /// <summary>Takes a flag; false where it is absent.</summary>
    public bool FindFlag(string name)
    {
        var value = Find(name);
        if (value is not (null or MappingScalar { IsQuoted: false, Value: "true" or "false" }))
        {
            problems.Add(value.Line, $"{PathOf(name)} must be true or false.");
        }

        return value is MappingScalar { Value: "true" };
    }

    /// <summary>Refuses every field that nobody took.</summary>
    public void Finish()
    {
        foreach (var (name, field) in left)
        {
            problems.Add(field.Line, $"{PathOf(name)} is unknown. Check the spelling and the indentation.");
        }
    }

    private string PathOf(string name) => path.Length is 0 ? name : $"{path}.{name}";

    private MappingNode? Find(string name) => left.Remove(name, out var field) ? field.Value : null;

    private MappingScalar Missing(string name)
    {
        problems.Add(Line, $"{PathOf(name)} is missing.");
        return new MappingScalar(Line, "missing", IsQuoted: true);
    }

    private string TextOf(MappingNode value, string name, Regex? form, string formName)
    {
        if (value is not MappingScalar { IsText: true } text)
        {
            problems.Add(value.Line, $"{PathOf(name)} must be text{(value is MappingScalar { Value.Length: > 0 } typed ? $"; write \"{typed.Value}\" in quotes" : "")}.");
            return "";
        }

        if (form?.IsMatch(text.Value) is false)
        {
            problems.Add(value.Line, $"{PathOf(name)} \"{text.Value}\" is no {formName}.");
        }

        return text.Value;
    }

    private FieldPath? PathIn(MappingNode value, string name)
    {
        if (value is MappingScalar { IsText: true } text && FieldPath.TryParse(text.Value, out var parsed))
        {
            return parsed;
        }

        problems.Add(value.Line, $"{PathOf(name)} must be a path such as status.outputs[*].record: at most {FieldPath.MaximumSegments} names of letters, digits, - and _, with dots between them.");
        return null;
    }
}
