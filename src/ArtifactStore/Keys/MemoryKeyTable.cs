namespace Provenance.ArtifactStore.Keys;

/// <summary>Facts in memory, which are gone with the process.</summary>
internal sealed class MemoryKeyTable : IKeyTable
{
    private readonly KeyIndex index = new();

    /// <inheritdoc/>
    public bool TryFind(string table, string name, out ReadOnlyMemory<byte> value)
    {
        bool isSet = index.TryFind(table, name, out var entry);
        value = entry.Value;
        return isSet;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string table, string? after, int count) => index.List(table, after, count);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListTables(string prefix) => index.ListTables(prefix);

    /// <inheritdoc/>
    public Task ChangeAsync(IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        index.Apply(KeyChangeFormat.Write(changes), place: 0, released: null);
        return Task.CompletedTask;
    }
}
