using System.Text;

namespace Provenance.ArtifactStore.Folders;

/// <summary>
/// The file <c>backend</c> of a data folder: where the blobs are to which its keys lead, if not in the folder itself. Opened with another
/// backend the folder would seem to have lost them all, and a collection would act on that.
/// </summary>
internal static class BackendFile
{
    /// <summary>Refuses a folder that belongs to another backend; a new one belongs to this one from now on.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">The backend by name and place; null for the folder itself.</param>
    /// <exception cref="DataFolderException">It belongs to another.</exception>
    public static void Require(DataFolder folder, string? backend)
    {
        string path = Path.Combine(folder.Path, "backend");
        string? found = File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        if (found is null && backend is not null && !Directory.EnumerateFiles(folder.Path, "*.segment", SearchOption.AllDirectories).Any())
        {
            DurableFile.Write(folder, path, Encoding.UTF8.GetBytes(backend + '\n'));
        }
        else if (found != backend)
        {
            throw new DataFolderException(
                $"The blobs of data folder {folder.Path} are in {found ?? "the folder itself"}, not in {backend ?? "the folder itself"}. "
                    + "Configure that backend, or start with an empty folder.");
        }
    }
}
