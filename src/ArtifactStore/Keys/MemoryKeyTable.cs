namespace Provenance.ArtifactStore.Keys;

/// <summary>Facts in memory, which are gone with the process: the state that a durable table rebuilds when it is opened.</summary>
internal sealed class MemoryKeyTable : IKeyTable
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, SortedDictionary<string, ReadOnlyMemory<byte>>> tables = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool TryFind(string table, string name, out ReadOnlyMemory<byte> value)
    {
        value = default;
        lock (gate)
        {
            return tables.TryGetValue(table, out var names) && names.TryGetValue(name, out value);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string table, string? after, int count)
    {
        lock (gate)
        {
            return tables.TryGetValue(table, out var names)
                ? [.. names.Keys.SkipWhile(name => string.CompareOrdinal(name, after) <= 0).Take(count)]
                : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListTables(string prefix)
    {
        lock (gate)
        {
            return [.. tables.Keys.Where(table => table.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    /// <inheritdoc/>
    public Task ChangeAsync(IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            foreach (var change in changes)
            {
                Make(change);
            }
        }

        return Task.CompletedTask;
    }

    private void Make(KeyChange change)
    {
        if (change.Value is { } value)
        {
            if (!tables.TryGetValue(change.Table, out var names))
            {
                tables[change.Table] = names = new(StringComparer.Ordinal);
            }

            names[change.Name] = value.ToArray();
        }
        else if (tables.TryGetValue(change.Table, out var names) && names.Remove(change.Name) && names.Count == 0)
        {
            tables.Remove(change.Table);
        }
    }
}
