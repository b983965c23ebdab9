using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>An answer, and under it what it rests on, in two columns.</summary>
/// <remarks>Files and pipes get it without what draws at a terminal, whose start alone takes longer than a verification.</remarks>
internal sealed class FactSheet(string title, Tone tone)
{
    private readonly List<Fact> facts = [];

    /// <summary>Adds a line, unless there is nothing to say.</summary>
    public void Add(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            facts.Add(new Fact("  " + name, text));
        }
    }

    public void Write(TextWriter output)
    {
        if (Terminal.IsRedirected(output))
        {
            WritePlainly(output);
        }
        else
        {
            Draw(Terminal.Open(output));
        }
    }

    private void WritePlainly(TextWriter output)
    {
        output.WriteLine(HarmlessText.Of(title).TrimEnd());
        int width = 2;
        foreach (var fact in facts)
        {
            width = Math.Max(width, fact.Name.Length + 2);
        }

        foreach (var fact in facts)
        {
            string name = fact.Name;
            foreach (string line in HarmlessText.Of(fact.Text.Replace("\r\n", "\n", StringComparison.Ordinal)).Split('\n'))
            {
                output.WriteLine((name.PadRight(width) + line).TrimEnd());
                name = "";
            }
        }
    }

    private void Draw(IAnsiConsole console)
    {
        var color = tone switch
        {
            Tone.Good => Color.Green,
            Tone.Doubtful => Color.Yellow,
            _ => Color.Red,
        };
        console.WriteLine(title, new Style(color));
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var fact in facts)
        {
            grid.AddRow(new Text(fact.Name), new Text(fact.Text));
        }

        console.Write(grid);
    }
}
