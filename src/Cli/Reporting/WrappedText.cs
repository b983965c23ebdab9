namespace Provenance.Cli.Reporting;

/// <summary>Breaks text into lines at its blanks only: a digest, a reference or an address that has no room goes beyond the width, in one piece.</summary>
internal static class WrappedText
{
    /// <summary>The text with line breaks added, so that as few lines as possible are longer than <paramref name="width"/>.</summary>
    public static string Of(string text, int width) => string.Join('\n', LinesOf(text, width));

    /// <summary>The same as lines.</summary>
    public static List<string> LinesOf(string text, int width)
    {
        var lines = new List<string>();
        foreach (string line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            Break(line, width, lines);
        }

        return lines;
    }

    /// <summary>How long the longest word is.</summary>
    public static int LongestWordOf(string text)
    {
        int longest = 0;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] is ' ' or '\n')
            {
                longest = Math.Max(longest, i - start);
                start = i + 1;
            }
        }

        return longest;
    }

    private static void Break(string line, int width, List<string> lines)
    {
        while (line.Length > width && FindBreak(line, width) is var end and > 0)
        {
            lines.Add(line[..end].TrimEnd());
            line = line[end..].TrimStart();
        }

        lines.Add(line);
    }

    /// <summary>The last blank before the width, else the first one after it; blanks at the beginning are an indent. 0 where there is none.</summary>
    private static int FindBreak(string line, int width)
    {
        int indent = line.Length - line.AsSpan().TrimStart(' ').Length;
        int last = width < 0 ? -1 : line.LastIndexOf(' ', width);
        return last > indent ? last : Math.Max(0, line.IndexOf(' ', Math.Max(indent, width)));
    }
}
