namespace Provenance.ArtifactStore.Configuring;

/// <summary>A scalar.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Value">The text, unescaped.</param>
/// <param name="IsPlain">Whether it was written without quotes, so that YAML may take it for another type.</param>
public sealed record YamlScalar(long Line, long Column, string Value, bool IsPlain) : YamlNode(Line, Column)
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
