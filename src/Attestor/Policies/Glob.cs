using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Provenance.Attestor.Policies;

/// <summary>
/// A pattern over slash-separated names that always covers the whole name: <c>*</c> stands for one or more characters within a segment,
/// <c>**</c>, alone in its segment, for one or more segments. Everything else stands for itself, case included.
/// </summary>
internal sealed class Glob
{
    private readonly Regex regex;

    private Glob(string text, Regex regex)
    {
        Text = text;
        this.regex = regex;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern; says in <paramref name="problem"/> what is wrong with it when it cannot.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Glob? glob, [NotNullWhen(false)] out string? problem)
    {
        glob = null;
        var pattern = new StringBuilder(@"\A");
        string[] segments = text.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            string segment = segments[i];
            problem = segment switch
            {
                "" => "it has an empty segment",
                "**" => null,
                _ when segment.Contains("**", StringComparison.Ordinal) => "** must stand alone in its segment",
                _ when !segment.All(static c => c is > ' ' and < '\x7f' and not ('?' or '[' or ']' or '{' or '}' or '\\' or '!')) =>
                    "it has characters that are not allowed; only * and ** are special",
                _ => null,
            };
            if (problem is not null)
            {
                return false;
            }

            pattern.Append(i is 0 ? "" : "/").Append(segment is "**" ? ".+" : Regex.Escape(segment).Replace(@"\*", "[^/]+", StringComparison.Ordinal));
        }

        problem = null;
        glob = new Glob(text, new Regex(
            pattern.Append(@"\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline));
        return true;
    }

    /// <summary>Whether the pattern covers the whole name.</summary>
    public bool IsMatch(string name) => regex.IsMatch(name);
}
