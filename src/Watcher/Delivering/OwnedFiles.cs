using Provenance.Watcher.Documents;
using Provenance.Watcher.Folders;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Delivering;

/// <summary>In which files the children of a run are. Only names are kept, so that a folder of any size fits in memory.</summary>
internal sealed class OwnedFiles
{
    private readonly Dictionary<string, Dictionary<string, RunFile>> byOwner = new(StringComparer.Ordinal);

    /// <summary>Takes note of the owners of a document.</summary>
    public void Note(RunDocument document, RunFile file)
    {
        foreach (string owner in ChildRuns.OwnersOf(document))
        {
            if (!byOwner.TryGetValue(owner, out var files))
            {
                byOwner[owner] = files = new(StringComparer.Ordinal);
            }

            files[file.Path] = file;
        }
    }

    /// <summary>Reads the children of a run, and theirs, from their files as they are now; a file that is gone has none.</summary>
    public async Task<ChildRuns> ReadAsync(RunDocument parent, CancellationToken cancellationToken)
    {
        var documents = new List<RunDocument>();
        var read = new HashSet<string>(StringComparer.Ordinal);
        var parents = new Queue<RunDocument>([parent]);
        while (parents.TryDequeue(out var next))
        {
            foreach (string key in ChildRuns.KeysOf(next))
            {
                foreach (var file in byOwner.GetValueOrDefault(key)?.Values ?? Enumerable.Empty<RunFile>())
                {
                    if (read.Add(file.Path))
                    {
                        foreach (var document in await ReadOrNothingAsync(file, cancellationToken).ConfigureAwait(false))
                        {
                            documents.Add(document);
                            parents.Enqueue(document);
                        }
                    }
                }
            }
        }

        return new ChildRuns(documents);
    }

    private static async Task<IReadOnlyList<RunDocument>> ReadOrNothingAsync(RunFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await FolderRunSource.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (DocumentException)
        {
            // The file was readable when it was noted; what it held is then missing from the run, which the attestation says.
            return [];
        }
    }
}
