using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Folders;

/// <summary>
/// A folder of run files (.yaml, .yml, .json), looked through again and again, which works on every file system and misses no rename.
/// A file counts as new when its size or time of writing differs from what was seen last.
/// </summary>
public sealed class FolderRunSource(string path)
{
    private static readonly EnumerationOptions Options = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 8,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden,
    };

    private readonly Dictionary<string, RunFile> seen = new(StringComparer.Ordinal);

    /// <summary>The folder's full path.</summary>
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>The files that are new or changed since the last look, sorted by name.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public IReadOnlyList<RunFile> Look()
    {
        var changed = new List<RunFile>();
        foreach (var file in new DirectoryInfo(FullPath).EnumerateFiles("*", Options))
        {
            if (!IsRunFile(file.Name))
            {
                continue;
            }

            var found = new RunFile(file.FullName, Path.GetRelativePath(FullPath, file.FullName), file.Length, file.LastWriteTimeUtc.Ticks);
            if (!seen.TryGetValue(found.Path, out var before) || before != found)
            {
                seen[found.Path] = found;
                changed.Add(found);
            }
        }

        changed.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return changed;
    }

    /// <summary>Forgets a file, so that the next look reports it again.</summary>
    public void Forget(RunFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        seen.Remove(file.Path);
    }

    /// <summary>Reads the documents of a file.</summary>
    /// <exception cref="DocumentException">It cannot be read or is neither JSON nor YAML.</exception>
    public static async Task<RunDocuments> ReadAsync(RunFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            if (file.Size is > 0 and < DocumentReader.MaximumSize)
            {
                return DocumentReader.Read(file.Name, await File.ReadAllBytesAsync(file.Path, cancellationToken).ConfigureAwait(false));
            }

            var stream = File.OpenRead(file.Path);
            await using (stream.ConfigureAwait(false))
            {
                return await DocumentReader.ReadAsync(file.Name, stream, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DocumentException($"{file.Name} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsRunFile(string name) =>
        !name.StartsWith('.')
        && (name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase));
}
