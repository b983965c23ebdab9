using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>The console for people: colours and the width of the window at a terminal; plain text in lines of any length elsewhere.</summary>
internal static class Terminal
{
    /// <summary>Whether what is written to the console's writer goes into a file or to a program.</summary>
    public static bool IsRedirected(TextWriter output) => output == Console.Error ? Console.IsErrorRedirected : Console.IsOutputRedirected;

    public static IAnsiConsole Open() => Open(Console.Out);

    public static IAnsiConsole Open(TextWriter output)
    {
        bool redirected = IsRedirected(output);
        var target = new AnsiConsoleOutput(redirected ? new TrimmedWriter(output) : output);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = target, Interactive = InteractionSupport.No });
        console.Pipeline.Attach(new HarmlessRendering());
        if (redirected)
        {
            console.Profile.Width = HarmlessRendering.Unbroken;
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            console.Profile.Capabilities.Ansi = false;
        }

        return console;
    }
}
