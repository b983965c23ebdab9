namespace Provenance.Watcher.Watching;

/// <summary>
/// How an operator asks a running watcher to take dead letters up again: a file in a folder beside the journal, which only who may write
/// there can make. Its name is a run's UID, or <c>all</c>.
/// </summary>
public static class RetryRequests
{
    /// <summary>The name that means every dead letter.</summary>
    public const string All = "all";

    /// <summary>Leaves a request.</summary>
    public static void Leave(string journalFolder, string uid)
    {
        string folder = FolderOf(journalFolder);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(uid)), []);
    }

    /// <summary>Takes the requests that are there.</summary>
    internal static IReadOnlyList<string> Take(string journalFolder)
    {
        string folder = FolderOf(journalFolder);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var requests = new List<string>();
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            requests.Add(Path.GetFileName(file));
            File.Delete(file);
        }

        return requests;
    }

    private static string FolderOf(string journalFolder) => Path.Combine(journalFolder, "retry");
}
