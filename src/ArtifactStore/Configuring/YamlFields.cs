using System.Globalization;

namespace Provenance.ArtifactStore.Configuring;

/// <summary>The fields of one mapping, taken out one by one; whatever is left over is refused (<see cref="Finish"/>).</summary>
public sealed class YamlFields
{
    private readonly Dictionary<string, (YamlScalar Key, YamlNode Value)> left = new(StringComparer.Ordinal);
    private readonly YamlNode node;
    private readonly string path;
    private readonly YamlProblems problems;

    /// <summary>Takes the fields of a node; that it is no mapping is a problem.</summary>
    public YamlFields(YamlNode node, string path, YamlProblems problems)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(problems);
        this.node = node;
        this.path = path;
        this.problems = problems;
        if (node is not YamlMapping mapping)
        {
            problems.Add(node, $"{path} must be a mapping, not {node.Kind}.");
            return;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            left[key.Value] = (key, value);
        }
    }

    /// <summary>Where what is wrong with the fields goes.</summary>
    public YamlProblems Problems => problems;

    /// <summary>A field's full name.</summary>
    public string PathOf(string name) => path.Length is 0 ? name : $"{path}.{name}";

    /// <summary>Takes a field; null where it is absent.</summary>
    public YamlNode? Find(string name) => left.Remove(name, out var entry) ? entry.Value : null;

    /// <summary>Takes a field, and adds a problem where it is absent.</summary>
    public YamlNode? Get(string name)
    {
        var value = Find(name);
        if (value is null && node is YamlMapping)
        {
            problems.Add(node, $"{PathOf(name)} is missing.");
        }

        return value;
    }

    /// <summary>Takes a text field; null, with a problem, where it is absent or not text.</summary>
    public string? GetText(string name) => Get(name) is { } value ? TextOf(value, PathOf(name)) : null;

    /// <summary>Takes a text field; null where it is absent.</summary>
    public string? FindText(string name) => Find(name) is { } value ? TextOf(value, PathOf(name)) : null;

    /// <summary>Takes a list of texts; empty where it is absent.</summary>
    public IReadOnlyList<(YamlNode Node, string Text)> FindTexts(string name) => TextsOf(FindItems(name), name);

    /// <summary>Takes a list; empty where it is absent.</summary>
    public IReadOnlyList<YamlNode> FindItems(string name) => Find(name) is { } value ? ItemsOf(value, name) : [];

    /// <summary>Takes a list that must have an entry.</summary>
    public IReadOnlyList<YamlNode> GetItems(string name)
    {
        if (Get(name) is not { } value)
        {
            return [];
        }

        var items = ItemsOf(value, name);
        if (value is YamlSequence && items.Count is 0)
        {
            problems.Add(value, $"{PathOf(name)} is empty; it needs an entry.");
        }

        return items;
    }

    /// <summary>Takes a list of texts that must have an entry.</summary>
    public IReadOnlyList<(YamlNode Node, string Text)> GetTexts(string name) => TextsOf(GetItems(name), name);

    /// <summary>Takes a boolean field.</summary>
    public bool FindFlag(string name, bool otherwise)
    {
        switch (Find(name))
        {
            case null:
                return otherwise;
            case YamlScalar { IsPlain: true, Value: "true" }:
                return true;
            case YamlScalar { IsPlain: true, Value: "false" }:
                return false;
            case var value:
                problems.Add(value, $"{PathOf(name)} must be true or false.");
                return otherwise;
        }
    }

    /// <summary>Takes a whole number between two bounds, both inclusive.</summary>
    public long FindNumber(string name, long otherwise, long least, long most)
    {
        switch (Find(name))
        {
            case null:
                return otherwise;
            case YamlScalar { IsPlain: true } scalar when long.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most:
                return number;
            case var value:
                problems.Add(value, $"{PathOf(name)} must be a whole number between {least} and {most}.");
                return otherwise;
        }
    }

    /// <summary>Refuses fields by name, where they are there, and says why.</summary>
    public void Refuse(string reason, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (left.Remove(name, out var entry))
            {
                problems.Add(entry.Key, $"{PathOf(name)} {reason}");
            }
        }
    }

    /// <summary>Refuses every field that nobody took.</summary>
    public void Finish()
    {
        foreach (var (name, entry) in left)
        {
            problems.Add(entry.Key, $"{PathOf(name)} is unknown. Check the spelling and the indentation.");
        }
    }

    private string? TextOf(YamlNode value, string where)
    {
        if (value is YamlScalar { IsUntypedText: true, Value.Length: > 0 } text)
        {
            return text.Value;
        }

        problems.Add(value, value is YamlScalar { Value.Length: > 0 } typed
            ? $"{where} must be text; write \"{typed.Value}\" in quotes."
            : $"{where} must be text that is not empty.");
        return null;
    }

    private List<(YamlNode Node, string Text)> TextsOf(IReadOnlyList<YamlNode> items, string name)
    {
        var texts = new List<(YamlNode, string)>(items.Count);
        foreach (var item in items)
        {
            if (TextOf(item, PathOf(name)) is { } text)
            {
                texts.Add((item, text));
            }
        }

        return texts;
    }

    private IReadOnlyList<YamlNode> ItemsOf(YamlNode value, string name)
    {
        if (value is YamlSequence sequence)
        {
            return sequence.Items;
        }

        problems.Add(value, $"{PathOf(name)} must be a list, not {value.Kind}.");
        return [];
    }
}
