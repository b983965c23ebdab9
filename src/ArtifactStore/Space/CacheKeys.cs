using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Space;

/// <summary>The keys of all caches: what stands for which blob.</summary>
internal sealed class CacheKeys(IKeyTable keys)
{
    private const int PageSize = 1000;

    /// <summary>The tables of caches.</summary>
    public IEnumerable<string> Tables => keys.ListTables("ac").Where(static table => table is "ac" || table.StartsWith("ac/", StringComparison.Ordinal)).Concat(keys.ListTables("cache/"));

    /// <summary>What the rules of lifetimes call a table: as rules of access do.</summary>
    public static string NameOf(string table) => table.StartsWith("cache/", StringComparison.Ordinal) ? table["cache/".Length..] : table;

    /// <summary>All keys of a table with the blobs that they stand for.</summary>
    public IEnumerable<(string Name, Digest Digest)> List(string table, CancellationToken cancellationToken)
    {
        string? after = null;
        while (keys.List(table, after, PageSize) is { Count: > 0 } page)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string name in page)
            {
                if (Find(table, name) is { } digest)
                {
                    yield return (name, digest);
                }
            }

            after = page[^1];
        }
    }

    /// <summary>What a key stands for; null where it is not set.</summary>
    public Digest? Find(string table, string name) =>
        keys.TryFind(table, name, out var value) && Digest.TryParse(Encoding.UTF8.GetString(value.Span), out var digest) ? digest : null;
}
