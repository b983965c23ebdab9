using System.CommandLine;

namespace Provenance.Cli.Hosting;

/// <summary>Where a watcher keeps its journal.</summary>
internal static class WatchData
{
    public static Option<string> Option() => new("--data")
    {
        Description = "The folder of the journal, on a disk that outlives the process",
        HelpName = "FOLDER",
        DefaultValueFactory = static _ => Path.Combine(DataLayout.DefaultFolder, "watch"),
    };

    public static string JournalOf(string folder) => Path.Combine(Path.GetFullPath(folder), "journal");
}
