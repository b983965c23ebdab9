using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Keys.Disks;

/// <summary>Facts in the log of a store on disk, beside its blobs.</summary>
internal sealed class DiskKeyTable(StoreLog log) : IKeyTable
{
    /// <inheritdoc/>
    public bool TryFind(string table, string name, out ReadOnlyMemory<byte> value)
    {
        bool isSet = log.Keys.TryFind(table, name, out var entry);
        value = entry.Value;
        return isSet;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string table, string? after, int count) => log.Keys.List(table, after, count);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListTables(string prefix) => log.Keys.ListTables(prefix);

    /// <inheritdoc/>
    public Task ChangeAsync(IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        cancellationToken.ThrowIfCancellationRequested();
        return changes.Count is 0 ? Task.CompletedTask : log.CommitAsync(LogUnit.OfChanges(changes));
    }
}
