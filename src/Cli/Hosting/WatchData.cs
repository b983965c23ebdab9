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

    /// <summary>The journal that a watcher, running or not, has written.</summary>
    public static string ExistingJournalOf(string folder) => JournalOf(folder) is var journal && Directory.Exists(journal)
        ? journal
        : throw new CommandException(ExitCodes.Usage, $"There is no journal {journal}. Name the data folder of a watcher with --data FOLDER.");

    public static string JournalOf(string folder) => Path.Combine(Path.GetFullPath(folder), "journal");
}
