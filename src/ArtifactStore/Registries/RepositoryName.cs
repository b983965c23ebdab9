namespace Provenance.ArtifactStore.Registries;

/// <summary>The rule for repository names (distribution-spec 1.1, "Pulling manifests": <c>&lt;name&gt;</c>), and that for tags.</summary>
internal static class RepositoryName
{
    private const int MaximumLength = 255;
    private const int MaximumTagLength = 128;

    /// <summary>
    /// Whether the text is one or more components of lower-case letters and digits, joined within by <c>.</c>, <c>_</c>, <c>__</c> or
    /// dashes and between by <c>/</c>, of at most 255 characters. Such a name cannot leave a folder: no component begins with a separator.
    /// </summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > MaximumLength)
        {
            return false;
        }

        foreach (var component in text.AsSpan().Split('/'))
        {
            if (!IsComponent(text.AsSpan(component)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the text is a tag: <c>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}</c>.</summary>
    public static bool IsTag(string text)
    {
        if (text.Length is 0 or > MaximumTagLength || text[0] is '.' or '-')
        {
            return false;
        }

        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsComponent(ReadOnlySpan<char> text)
    {
        int position = 0;
        while (true)
        {
            int start = position;
            while (position < text.Length && (char.IsAsciiLetterLower(text[position]) || char.IsAsciiDigit(text[position])))
            {
                position++;
            }

            if (position == start)
            {
                return false;
            }

            if (position == text.Length)
            {
                return true;
            }

            int separator = SeparatorLength(text[position..]);
            if (separator == 0)
            {
                return false;
            }

            position += separator;
        }
    }

    private static int SeparatorLength(ReadOnlySpan<char> text) => text[0] switch
    {
        '.' => 1,
        '_' => text.StartsWith("__", StringComparison.Ordinal) ? 2 : 1,
        '-' => text.IndexOfAnyExcept('-') is >= 0 and int length ? length : text.Length,
        _ => 0,
    };
}
