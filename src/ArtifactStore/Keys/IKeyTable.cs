namespace Provenance.ArtifactStore.Keys;

/// <summary>
/// Small durable facts beside the blobs: which repository holds which blob, what a tag or a cache key stands for. A fact has a name
/// within a table, and both are compared ordinally. Everything is found in memory; a value has at most 64 KiB.
/// </summary>
public interface IKeyTable
{
    /// <summary>Finds what a name stands for; false where it is not set.</summary>
    bool TryFind(string table, string name, out ReadOnlyMemory<byte> value);

    /// <summary>At most <paramref name="count"/> names of a table in ordinal order, those after <paramref name="after"/> only.</summary>
    IReadOnlyList<string> List(string table, string? after, int count);

    /// <summary>The tables that begin with <paramref name="prefix"/> and hold at least one name, in ordinal order.</summary>
    IReadOnlyList<string> ListTables(string prefix);

    /// <summary>Makes all changes or none, in their order. They are durable when the task ends, as far as the store is.</summary>
    /// <exception cref="IOException">The storage failed; none of the changes was made.</exception>
    Task ChangeAsync(IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken);
}
