using System.Collections;
using System.Text.Json;

namespace Provenance.Watcher.Documents;

/// <summary>
/// The run documents of one file. Disposing of it gives their memory back for the next file, after which none of them may be read; a
/// reader that keeps a document does not dispose.
/// </summary>
public sealed class RunDocuments : IReadOnlyList<RunDocument>, IDisposable
{
    private readonly RunDocument[] documents;
    private readonly JsonDocument[] memory;

    internal RunDocuments(RunDocument[] documents, JsonDocument[] memory)
    {
        this.documents = documents;
        this.memory = memory;
    }

    /// <inheritdoc/>
    public int Count => documents.Length;

    /// <inheritdoc/>
    public RunDocument this[int index] => documents[index];

    /// <inheritdoc/>
    public IEnumerator<RunDocument> GetEnumerator() => ((IEnumerable<RunDocument>)documents).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => documents.GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var document in memory)
        {
            document.Dispose();
        }
    }
}
