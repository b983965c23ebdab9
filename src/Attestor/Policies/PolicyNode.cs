namespace Provenance.Attestor.Policies;

/// <summary>A node of a policy file with its place; lines and columns count from 1.</summary>
internal abstract record PolicyNode(long Line, long Column)
{
    /// <summary>What the node is, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A scalar. <paramref name="IsPlain"/> says that it was written without quotes, so that YAML may take it for another type.</summary>
internal sealed record PolicyScalar(long Line, long Column, string Value, bool IsPlain) : PolicyNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a scalar";

    /// <summary>Whether YAML 1.1 or 1.2 readers take the unquoted text for null, a boolean or a number.</summary>
    public bool IsUntypedText => !IsPlain || !LooksTyped(Value);

    private static bool LooksTyped(string text) =>
        text.ToLowerInvariant() is "" or "~" or "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n"
        || char.IsAsciiDigit(text[0])
        || (text[0] is '+' or '-' or '.' && text.Length > 1 && (char.IsAsciiDigit(text[1]) || text[1] is '.'));
}

/// <summary>A sequence.</summary>
internal sealed record PolicySequence(long Line, long Column, IReadOnlyList<PolicyNode> Items) : PolicyNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping with unique keys, in the order of the file.</summary>
internal sealed record PolicyMapping(long Line, long Column, IReadOnlyList<KeyValuePair<PolicyScalar, PolicyNode>> Entries) : PolicyNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";
}
