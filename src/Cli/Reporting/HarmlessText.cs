using System.Globalization;

namespace Provenance.Cli.Reporting;

/// <summary>Keeps what others wrote, such as names of runs and messages of registries, from steering the terminal it is shown on.</summary>
internal static class HarmlessText
{
    /// <summary>The text with every character replaced that a terminal would obey; line breaks stay.</summary>
    public static string Of(string text)
    {
        char[]? harmless = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsHarmless(text[i]))
            {
                harmless ??= text.ToCharArray();
                harmless[i] = '\uFFFD';
            }
        }

        return harmless is null ? text : new string(harmless);
    }

    /// <summary>The same in one line.</summary>
    public static string LineOf(string text) => Of(text.ReplaceLineEndings(" ")).Replace('\n', ' ');

    // Format characters turn the direction of writing around.
    private static bool IsHarmless(char c) =>
        c is '\n' || CharUnicodeInfo.GetUnicodeCategory(c)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
