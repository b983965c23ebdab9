using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Lays facts out in two columns; what has a word that does not fit beside its name goes below it.</summary>
internal static class FactLayout
{
    private const string Below = "    ";

    public static void Write(IAnsiConsole console, IReadOnlyList<Fact> facts)
    {
        foreach (string line in LinesOf(facts, console.Profile.Width))
        {
            console.WriteLine(line);
        }
    }

    public static List<string> LinesOf(IReadOnlyList<Fact> facts, int width)
    {
        int names = 2;
        foreach (var fact in facts)
        {
            names = Math.Max(names, fact.Name.Length + 2);
        }

        var lines = new List<string>();
        foreach (var fact in facts)
        {
            if (WrappedText.LongestWordOf(fact.Text) <= width - names)
            {
                string name = fact.Name;
                foreach (string line in WrappedText.LinesOf(fact.Text, width - names))
                {
                    lines.Add((name.PadRight(names) + line).TrimEnd());
                    name = "";
                }
            }
            else
            {
                lines.Add(fact.Name);
                lines.AddRange(WrappedText.LinesOf(fact.Text, width - Below.Length).ConvertAll(static line => Below + line));
            }
        }

        return lines;
    }
}
