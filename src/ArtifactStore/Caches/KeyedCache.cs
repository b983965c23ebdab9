using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Caches;

/// <summary>Keys that stand for blobs. A key whose blob is gone is no entry: who finds that out removes the key.</summary>
internal sealed class KeyedCache(IKeyTable keys, IBlobStore blobs) : IDisposable
{
    // A removal must not take away what another request has just set. Names that share a turn wait for each other, no more.
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1, 1))];

    /// <summary>Opens what a key stands for; null where it stands for nothing that is stored.</summary>
    public async Task<IBlobReader?> OpenAsync(string table, string name, CancellationToken cancellationToken)
    {
        if (Find(table, name) is not { } digest)
        {
            return null;
        }

        var blob = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (blob is null)
        {
            await ForgetAsync(table, name, digest, cancellationToken).ConfigureAwait(false);
        }

        return blob;
    }

    /// <summary>Finds what a key stands for, and its size; null where it stands for nothing that is stored whole.</summary>
    public async Task<(Digest Digest, long Size)?> FindAsync(string table, string name, CancellationToken cancellationToken)
    {
        if (Find(table, name) is not { } digest)
        {
            return null;
        }

        if (await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is { } size)
        {
            return (digest, size);
        }

        await ForgetAsync(table, name, digest, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Lets a key stand for a stored blob; false where it was set before.</summary>
    public async Task<bool> SetAsync(string table, string name, Digest digest, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(table, name, cancellationToken).ConfigureAwait(false);
        var before = Find(table, name);
        if (before != digest)
        {
            await keys.ChangeAsync([KeyChange.Set(table, name, Encoding.UTF8.GetBytes(digest.ToString()))], cancellationToken).ConfigureAwait(false);
        }

        return before is null;
    }

    /// <summary>Removes a key, but not its blob, which others may use; false where it was not set.</summary>
    public async Task<bool> RemoveAsync(string table, string name, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(table, name, cancellationToken).ConfigureAwait(false);
        bool found = keys.TryFind(table, name, out _);
        if (found)
        {
            await keys.ChangeAsync([KeyChange.Remove(table, name)], cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Removes a key if it still stands for a blob that turned out to be gone or corrupt.</summary>
    public async Task ForgetAsync(string table, string name, Digest lost, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(table, name, cancellationToken).ConfigureAwait(false);

        // Somebody may have written the blob again meanwhile, and been told that the key is set.
        if (Find(table, name) == lost && await blobs.FindSizeAsync(lost, cancellationToken).ConfigureAwait(false) is null)
        {
            await keys.ChangeAsync([KeyChange.Remove(table, name)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What stands directly below a path, in ordinal order: entries, and the collections that longer names imply.</summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The path of a collection with its closing slash; empty for the whole table.</param>
    /// <param name="maximum">The most children to list.</param>
    public IReadOnlyList<CacheChild> List(string table, string path, int maximum)
    {
        var children = new List<CacheChild>();
        string after = path;
        while (children.Count < maximum
            && keys.List(table, after, 1) is [var name]
            && name.StartsWith(path, StringComparison.Ordinal))
        {
            int slash = name.IndexOf('/', path.Length);
            children.Add(new CacheChild(slash < 0 ? name : name[..slash], slash >= 0));

            // Keys are ASCII: this stands behind every name within the collection.
            after = slash < 0 ? name : name[..slash] + "/\uffff";
        }

        return children;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var turn in turns)
        {
            turn.Dispose();
        }
    }

    private Digest? Find(string table, string name) =>
        keys.TryFind(table, name, out var value) && Digest.TryParse(Encoding.UTF8.GetString(value.Span), out var digest) ? digest : null;

    private async Task<Turn> EnterAsync(string table, string name, CancellationToken cancellationToken)
    {
        var turn = turns[(uint)HashCode.Combine(table, name) % turns.Length];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(turn);
    }

    private readonly struct Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
