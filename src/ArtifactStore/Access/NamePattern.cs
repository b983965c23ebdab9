using System.Diagnostics.CodeAnalysis;

namespace Provenance.ArtifactStore.Access;

/// <summary>
/// A pattern that covers a whole name: <c>*</c> stands for one or more characters that are no separator, and <c>**</c> at the end, alone
/// after a slash or alone altogether, for all that follows, at least one character. So <c>team-a/**</c> covers neither <c>team-ab/x</c>
/// nor <c>team-a</c>. Everything else stands for itself, case included.
/// </summary>
public sealed class NamePattern
{
    private const int MaximumLength = 512;

    private readonly string start;
    private readonly bool coversRest;
    private readonly bool colonsSeparate;

    private NamePattern(string text, bool colonsSeparate)
    {
        Text = text;
        this.colonsSeparate = colonsSeparate;
        coversRest = text is "**" || text.EndsWith("/**", StringComparison.Ordinal);
        start = coversRest ? text[..^2] : text;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>A pattern over names whose separator is the slash, such as repositories.</summary>
    public static bool TryParsePath(string text, [NotNullWhen(true)] out NamePattern? pattern) => TryParse(text, colonsSeparate: false, out pattern);

    /// <summary>A pattern over names whose separators are slash and colon, such as subjects of tokens. It has no <c>**</c>.</summary>
    public static bool TryParseSubject(string text, [NotNullWhen(true)] out NamePattern? pattern)
    {
        pattern = null;
        return !text.Contains("**", StringComparison.Ordinal) && TryParse(text, colonsSeparate: true, out pattern);
    }

    /// <summary>Whether the pattern covers the whole name.</summary>
    public bool Covers(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!coversRest)
        {
            return Match(name, out int end) && end == name.Length;
        }

        return start.Length == 0 ? name.Length > 0 : Match(name, out int rest) && rest < name.Length;
    }

    private static bool TryParse(string text, bool colonsSeparate, [NotNullWhen(true)] out NamePattern? pattern)
    {
        pattern = null;
        if (text.Length is 0 or > MaximumLength || !text.All(static c => c is > ' ' and < '\x7f'))
        {
            return false;
        }

        var candidate = new NamePattern(text, colonsSeparate);
        if (candidate.start.Contains("**", StringComparison.Ordinal))
        {
            return false;
        }

        pattern = candidate;
        return true;
    }

    /// <summary>
    /// Matches <see cref="start"/> against the beginning of the name (all of it where nothing may follow). A star gives back what it took
    /// only within its segment, so the work is bounded by the product of both lengths.
    /// </summary>
    private bool Match(string name, out int end)
    {
        int p = 0;
        int n = 0;
        int star = -1;
        int taken = 0;
        while (true)
        {
            if (p == start.Length && (coversRest || n == name.Length))
            {
                end = n;
                return true;
            }

            if (p < start.Length && start[p] == '*' && n < name.Length && !IsSeparator(name[n]))
            {
                star = p++;
                taken = ++n;
            }
            else if (p < start.Length && n < name.Length && start[p] != '*' && start[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0 && taken < name.Length && !IsSeparator(name[taken]))
            {
                p = star + 1;
                n = ++taken;
            }
            else
            {
                end = 0;
                return false;
            }
        }
    }

    private bool IsSeparator(char character) => character == '/' || (colonsSeparate && character == ':');
}
