namespace Provenance.ArtifactStore.Keys;

/// <summary>One change of an <see cref="IKeyTable"/>.</summary>
/// <param name="Table">The table, e.g. <c>tags/library/app</c>.</param>
/// <param name="Name">The name within the table, e.g. <c>v1</c>.</param>
/// <param name="Value">What the name stands for from now on; null removes it.</param>
public readonly record struct KeyChange(string Table, string Name, ReadOnlyMemory<byte>? Value)
{
    /// <summary>A change that sets a name.</summary>
    public static KeyChange Set(string table, string name, ReadOnlyMemory<byte> value) => new(table, name, value);

    /// <summary>A change that removes a name.</summary>
    public static KeyChange Remove(string table, string name) => new(table, name, Value: null);
}
