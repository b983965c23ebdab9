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
        foreach (string line in FactLayout.LinesOf(facts, int.MaxValue))
        {
            output.WriteLine(HarmlessText.Of(line));
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
        console.WriteLine(WrappedText.Of(title, console.Profile.Width), new Style(color));
        FactLayout.Write(console, facts);
    }
}
