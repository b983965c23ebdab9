namespace Provenance.Attestor.Policies;

/// <summary>
/// The fields of one mapping, taken out one by one; whatever is left over is refused. Fields of the full schema that do nothing yet are
/// refused with those words: a requirement that is ignored would be a hole.
/// </summary>
internal sealed class PolicyFields
{
    private readonly Dictionary<string, (PolicyScalar Key, PolicyNode Value)> left = new(StringComparer.Ordinal);
    private readonly PolicyNode node;
    private readonly string path;
    private readonly PolicyProblems problems;

    public PolicyFields(PolicyNode node, string path, PolicyProblems problems)
    {
        this.node = node;
        this.path = path;
        this.problems = problems;
        if (node is not PolicyMapping mapping)
        {
            problems.Add(node, $"{path} must be a mapping, not {node.Kind}.");
            return;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            left[key.Value] = (key, value);
        }
    }

    /// <summary>A field's full name.</summary>
    public string PathOf(string name) => path.Length is 0 ? name : $"{path}.{name}";

    /// <summary>Takes a field; null where it is absent.</summary>
    public PolicyNode? Find(string name) => left.Remove(name, out var entry) ? entry.Value : null;

    /// <summary>Takes a field, and adds a problem where it is absent.</summary>
    public PolicyNode? Get(string name)
    {
        var value = Find(name);
        if (value is null && node is PolicyMapping)
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
    public IReadOnlyList<(PolicyNode Node, string Text)> FindTexts(string name) => TextsOf(FindItems(name), name);

    /// <summary>Takes a list; empty where it is absent.</summary>
    public IReadOnlyList<PolicyNode> FindItems(string name) => Find(name) is { } value ? ItemsOf(value, name) : [];

    /// <summary>Takes a list that must have an entry.</summary>
    public IReadOnlyList<PolicyNode> GetItems(string name)
    {
        if (Get(name) is not { } value)
        {
            return [];
        }

        var items = ItemsOf(value, name);
        if (value is PolicySequence && items.Count is 0)
        {
            problems.Add(value, $"{PathOf(name)} is empty; it needs an entry.");
        }

        return items;
    }

    /// <summary>Takes a list of texts that must have an entry.</summary>
    public IReadOnlyList<(PolicyNode Node, string Text)> GetTexts(string name) => TextsOf(GetItems(name), name);

    /// <summary>Takes a boolean field.</summary>
    public bool FindFlag(string name, bool otherwise)
    {
        switch (Find(name))
        {
            case null:
                return otherwise;
            case PolicyScalar { IsPlain: true, Value: "true" }:
                return true;
            case PolicyScalar { IsPlain: true, Value: "false" }:
                return false;
            case var value:
                problems.Add(value, $"{PathOf(name)} must be true or false.");
                return otherwise;
        }
    }

    /// <summary>Takes a SLSA build level, 1 to 3.</summary>
    public int FindLevel(string name, int otherwise)
    {
        switch (Find(name))
        {
            case null:
                return otherwise;
            case PolicyScalar { IsPlain: true, Value: "1" or "2" or "3" } level:
                return level.Value[0] - '0';
            case var value:
                problems.Add(value, $"{PathOf(name)} must be a SLSA build level: 1, 2 or 3.");
                return otherwise;
        }
    }

    /// <summary>Refuses fields that the schema plans.</summary>
    public void RefuseNotSupportedYet(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (left.Remove(name, out var entry))
            {
                problems.Add(entry.Key, $"{PathOf(name)} is not supported yet. Remove it; it would have no effect, and a policy must not look stricter than it is.");
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

    private string? TextOf(PolicyNode value, string where)
    {
        if (value is PolicyScalar { IsUntypedText: true, Value.Length: > 0 } text)
        {
            return text.Value;
        }

        problems.Add(value, value is PolicyScalar { Value.Length: > 0 } typed
            ? $"{where} must be text; write \"{typed.Value}\" in quotes."
            : $"{where} must be text that is not empty.");
        return null;
    }

    private List<(PolicyNode Node, string Text)> TextsOf(IReadOnlyList<PolicyNode> items, string name)
    {
        var texts = new List<(PolicyNode, string)>(items.Count);
        foreach (var item in items)
        {
            if (TextOf(item, PathOf(name)) is { } text)
            {
                texts.Add((item, text));
            }
        }

        return texts;
    }

    private IReadOnlyList<PolicyNode> ItemsOf(PolicyNode value, string name)
    {
        if (value is PolicySequence sequence)
        {
            return sequence.Items;
        }

        problems.Add(value, $"{PathOf(name)} must be a list, not {value.Kind}.");
        return [];
    }
}
