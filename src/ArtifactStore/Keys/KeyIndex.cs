using System.Text;

namespace Provenance.ArtifactStore.Keys;

/// <summary>All tables in memory. Thread-safe; the changes of one call become visible together.</summary>
internal sealed class KeyIndex
{
    private const int StackNames = 512;

    private readonly Lock gate = new();
    private readonly Dictionary<string, KeyNames> tables = new(StringComparer.Ordinal);

    /// <summary>Finds what a name stands for.</summary>
    public bool TryFind(string table, string name, out KeyEntry entry)
    {
        Span<byte> buffer = stackalloc byte[StackNames];
        ReadOnlySpan<byte> bytes = Encoding.UTF8.TryGetBytes(name, buffer, out int length) ? buffer[..length] : Encoding.UTF8.GetBytes(name);
        lock (gate)
        {
            entry = default;
            return tables.TryGetValue(table, out var names) && names.TryFind(bytes, out entry);
        }
    }

    /// <summary>See <see cref="IKeyTable.List"/>.</summary>
    public IReadOnlyList<string> List(string table, string? after, int count)
    {
        lock (gate)
        {
            return tables.TryGetValue(table, out var names) ? names.List(after, count) : [];
        }
    }

    /// <summary>See <see cref="IKeyTable.ListTables"/>.</summary>
    public IReadOnlyList<string> ListTables(string prefix)
    {
        lock (gate)
        {
            string[] found = [.. tables.Keys.Where(table => table.StartsWith(prefix, StringComparison.Ordinal))];
            Array.Sort(found, StringComparer.Ordinal);
            return found;
        }
    }

    /// <summary>Makes changes that are written in <see cref="KeyChangeFormat"/> in a file.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="place">The number of the file.</param>
    /// <param name="released">Told of every entry that is replaced or removed.</param>
    public void Apply(ReadOnlySpan<byte> changes, int place, Action<KeyEntry>? released)
    {
        lock (gate)
        {
            while (KeyChangeFormat.TryRead(ref changes, out var change))
            {
                Apply(change, place, released);
            }
        }
    }

    /// <summary>
    /// Whether a change that stands in a file is what counts at present: the value that its name has, or the removal of a name that is
    /// not set.
    /// </summary>
    public bool Counts(KeyChangeBytes change, int place)
    {
        lock (gate)
        {
            KeyEntry entry = default;
            bool isSet = tables.TryGetValue(Encoding.UTF8.GetString(change.Table), out var names) && names.TryFind(change.Name, out entry);
            return change.IsRemoval ? !isSet : isSet && entry.Place == place && change.Value.SequenceEqual(entry.Value.Span);
        }
    }

    private void Apply(KeyChangeBytes change, int place, Action<KeyEntry>? released)
    {
        Span<char> buffer = stackalloc char[StackNames];
        var table = change.Table.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(change.Table, buffer)] : Encoding.UTF8.GetString(change.Table).AsSpan();
        var lookup = tables.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(table, out var names))
        {
            if (change.IsRemoval)
            {
                return;
            }

            tables[table.ToString()] = names = new KeyNames(change.Table.Length);
        }

        var before = change.IsRemoval ? names.Remove(change.Name) : names.Set(change.Name, change.Value, place);
        if (names.Count is 0)
        {
            lookup.Remove(table);
        }

        if (before is { } entry)
        {
            released?.Invoke(entry);
        }
    }
}
