namespace Provenance.Watcher.Runs.Mapped;

/// <summary>A node of a mapping file with its line, counted from 1.</summary>
internal abstract record MappingNode(long Line);

/// <summary>A scalar; unquoted text may be taken for another type by YAML.</summary>
internal sealed record MappingScalar(long Line, string Value, bool IsQuoted) : MappingNode(Line)
{
    /// <summary>Whether every reader of YAML takes it for text.</summary>
    public bool IsText => IsQuoted
        || !(Value.ToLowerInvariant() is "" or "~" or "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" || char.IsAsciiDigit(Value[0]) || Value[0] is '+' or '-' or '.');
}

/// <summary>A list.</summary>
internal sealed record MappingList(long Line, IReadOnlyList<MappingNode> Items) : MappingNode(Line);

/// <summary>Fields with unique names.</summary>
internal sealed record MappingTable(long Line, IReadOnlyDictionary<string, (long Line, MappingNode Value)> Fields) : MappingNode(Line);
