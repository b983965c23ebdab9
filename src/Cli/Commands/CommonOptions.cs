using System.CommandLine;

namespace Provenance.Cli.Commands;

/// <summary>Options that nearly every command has.</summary>
internal static class CommonOptions
{
    public static Option<OutputFormat> Output() => new("--output", "-o")
    {
        Description = "text for people (the default), json for programs",
        HelpName = "text|json",
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "The data folder",
        DefaultValueFactory = static _ => Hosting.DataLayout.DefaultFolder,
        HelpName = "DIR",
    };
}
