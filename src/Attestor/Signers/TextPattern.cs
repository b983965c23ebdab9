using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Provenance.Attestor.Signers;

/// <summary>
/// What an identity or issuer has to be: one text exactly, or all that a regular expression covers as a whole. Expressions run in time
/// proportional to the text, whatever they are.
/// </summary>
public sealed class TextPattern
{
    private const int MaximumLength = 1024;

    private readonly Regex? regex;

    private TextPattern(string text, Regex? regex)
    {
        Text = text;
        this.regex = regex;
    }

    /// <summary>The text or expression as written.</summary>
    public string Text { get; }

    /// <summary>Exactly this text, case included.</summary>
    public static TextPattern Exactly(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new TextPattern(text, null);
    }

    /// <summary>Reads an expression, which always covers the whole text; says in <paramref name="problem"/> why it cannot be used.</summary>
    public static bool TryParse(string expression, [NotNullWhen(true)] out TextPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(expression);
        pattern = null;
        if (expression.Length is 0 or > MaximumLength)
        {
            problem = $"it has {expression.Length} characters; 1 to {MaximumLength} are read";
            return false;
        }

        try
        {
            // Alone first: a stray bracket must not pair up with those around it.
            _ = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            pattern = new TextPattern(expression, new Regex($@"\A(?:{expression})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
            problem = null;
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problem = $"it is no regular expression that runs in bounded time: {e.Message.TrimEnd('.')}";
            return false;
        }
    }

    /// <summary>Whether the text is meant.</summary>
    public bool IsMatch(string text) => regex?.IsMatch(text) ?? text == Text;

    /// <inheritdoc/>
    public override string ToString() => regex is null ? Text : $"/{Text}/";
}
